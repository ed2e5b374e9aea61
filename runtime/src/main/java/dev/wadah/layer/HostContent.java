package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import dev.wadah.posix.Posix;
import dev.wadah.posix.Processes;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The content of a file of this machine, whatever its name; read when it is needed.
 *
 * @param file absolute, in the form of {@link dev.wadah.posix} paths
 */
public record HostContent(String file) implements LayerEntry.Content {
  @Override
  public InputStream open() throws IOException {
    int flags = Posix.O_RDONLY | Posix.O_NOFOLLOW | Posix.O_NONBLOCK;
    return new FileInputStream(Posix.open(Posix.CWD, file, flags, 0));
  }

  @Override
  public long copy(long length, ByteSink sink) throws IOException {
    int flags = Posix.O_RDONLY | Posix.O_NOFOLLOW | Posix.O_NONBLOCK;
    int open = Processes.open(file, flags);
    try {
      return Contents.copy(open, length, sink);
    } finally {
      Posix.close(open);
    }
  }

  @Override
  public Optional<Path> hostPath() {
    return toPath(file);
  }

  /** The name as a Path; empty when the JVM's locale cannot write it. */
  static Optional<Path> toPath(String file) {
    try {
      return Optional.of(Path.of(file));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }
}
