package dev.wadah.build.files;

import dev.wadah.layer.UnpackLimits;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A tar archive, compressed or not, told by its content and never by its name; read once. */
final class Archive implements Closeable {
  private final TarReader reader;
  private TarEntry ahead;

  private Archive(TarReader reader, TarEntry first) {
    this.reader = reader;
    this.ahead = first;
  }

  /** Opens bytes as an archive, which closes them; closed and empty when they are none. */
  static Optional<Archive> open(InputStream in) throws IOException {
    UnpackLimits limits = UnpackLimits.of(System.getenv());
    TarReader reader = null;
    try {
      reader = new TarReader(limits.decompress(in, "the archive"));
      TarEntry first = reader.next();
      if (first != null) {
        return Optional.of(new Archive(reader, first));
      }
    } catch (IOException e) {
      // Broken from the very beginning: then it is some file, not an archive.
    }
    (reader == null ? in : reader).close();
    return Optional.empty();
  }

  /** The next entry; null after the last. */
  TarEntry next() throws IOException {
    TarEntry entry = ahead;
    ahead = null;
    return entry != null ? entry : reader.next();
  }

  /** The content of the entry that was read last; valid until the next. */
  InputStream content() {
    return reader.content();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
