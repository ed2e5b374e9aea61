package dev.wadah.content;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The folder that everything lives in, shared by any number of processes.
 *
 * <p>Each room below it belongs to one package: {@code blobs} (content), {@code layers} (layer),
 * {@code work} (snapshot; temporary), {@code images} (image), {@code cache} (build.cache), {@code
 * logs}, {@code containers}.
 */
public final class Store {
  private final Path root;

  private Store(Path root) {
    this.root = root;
  }

  /** Opens the store at {@code root}, making it (0711) when it is not there. */
  public static Store open(Path root) throws IOException {
    java.nio.file.Files.createDirectories(root);
    return new Store(root);
  }

  /** {@code $WADAH_HOME}; else /var/lib/wadah for root, else $XDG_DATA_HOME/wadah. */
  public static Path defaultRoot() {
    throw new IllegalStateException("pending");
  }

  public Path root() {
    return root;
  }

  /** A room of the store, made when it is not there. */
  public Path room(String name) throws IOException {
    return java.nio.file.Files.createDirectories(root.resolve(name));
  }

  /**
   * Takes the lock {@code name}, exclusive between processes and threads; waits for it.
   * Interrupting the thread ends the wait with {@link java.io.InterruptedIOException}.
   */
  public Lock lock(String name) throws IOException {
    throw new IllegalStateException("pending");
  }

  @Override
  public String toString() {
    return root.toString();
  }

  /** A lock that is held until closed; the kernel frees it when the process dies. */
  public interface Lock extends Closeable {}
}
