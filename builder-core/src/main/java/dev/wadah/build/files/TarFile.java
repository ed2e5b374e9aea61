package dev.wadah.build.files;

import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/** A tar archive, compressed or not, told by its content and never by its name. */
final class TarFile {
  private final Spool tar;

  private TarFile(Spool tar) {
    this.tar = tar;
  }

  /** Opens a regular file of a tree as an archive; empty when it is none. */
  static Optional<TarFile> open(FileTree tree, String path) throws IOException {
    Decompression compression;
    try (InputStream in = tree.open(path)) {
      byte[] start = in.readNBytes(TarReader.BLOCK);
      compression = Decompression.detect(start, start.length);
      if (compression == Decompression.NONE && !TarReader.isHeader(start)) {
        return Optional.empty();
      }
    }
    if (compression != Decompression.NONE) {
      return openCompressed(tree, path);
    }
    Optional<Path> host = tree.hostPath(path);
    if (host.isPresent()) {
      return Optional.of(new TarFile(Spool.of(host.get())));
    }
    try (InputStream in = tree.open(path)) {
      return Optional.of(new TarFile(Spool.of(in)));
    }
  }

  private static Optional<TarFile> openCompressed(FileTree tree, String path) throws IOException {
    try (InputStream file = tree.open(path);
        InputStream in = decompressed(file)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] start = start(in);
      if (!TarReader.isHeader(start)) {
        return Optional.empty();
      }
      return Optional.of(
          new TarFile(
              Spool.of(
                  new java.io.SequenceInputStream(new java.io.ByteArrayInputStream(start), in))));
    }
  }

  /** The stream, or null where the first bytes promise a compression that does not follow. */
  private static InputStream decompressed(InputStream file) {
    try {
      return Decompression.open(file);
    } catch (IOException e) {
      return null;
    }
  }

  private static byte[] start(InputStream in) {
    try {
      return in.readNBytes(TarReader.BLOCK);
    } catch (IOException e) {
      // broken from the beginning: then it is some file, not an archive
      return new byte[0];
    }
  }

  /** Wraps an uncompressed tar. */
  static TarFile of(Spool tar) {
    return new TarFile(tar);
  }

  TarReader entries() throws IOException {
    return new TarReader(tar);
  }
}
