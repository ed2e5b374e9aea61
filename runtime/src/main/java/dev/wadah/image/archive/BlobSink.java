package dev.wadah.image.archive;

import dev.wadah.image.BlobIntake;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Where the files of an exported image go. */
interface BlobSink extends Closeable {
  /** Whether the file has been put, or was there with this size. */
  boolean has(String file, long sizeBytes) throws IOException;

  /** Writes a file of exactly this size. */
  void put(String file, long sizeBytes, InputStream content) throws IOException;

  default void put(String file, byte[] content) throws IOException {
    put(file, content.length, new ByteArrayInputStream(content));
  }

  /** A tar stream; equal files in equal order give equal bytes. */
  final class Tar implements BlobSink {
    private final TarArchiveOutputStream tar;
    private final Set<String> put = new HashSet<>();

    /** Writes to {@code out}, which stays open. */
    Tar(OutputStream out) {
      this.tar = new TarArchiveOutputStream(out, "UTF-8");
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    @Override
    public boolean has(String file, long sizeBytes) {
      return put.contains(file);
    }

    @Override
    public void put(String file, long sizeBytes, InputStream content) throws IOException {
      makeFolders(file);
      put.add(file);
      TarArchiveEntry entry = new TarArchiveEntry(file);
      entry.setSize(sizeBytes);
      entry.setMode(0100644);
      entry.setModTime(0);
      entry.setIds(0, 0);
      tar.putArchiveEntry(entry);
      BlobIntake.copy(content, tar);
      tar.closeArchiveEntry();
    }

    private void makeFolders(String file) throws IOException {
      for (int slash = file.indexOf('/'); slash >= 0; slash = file.indexOf('/', slash + 1)) {
        String folder = file.substring(0, slash + 1);
        if (put.add(folder)) {
          TarArchiveEntry entry = new TarArchiveEntry(folder);
          entry.setMode(040755);
          entry.setModTime(0);
          entry.setIds(0, 0);
          tar.putArchiveEntry(entry);
          tar.closeArchiveEntry();
        }
      }
    }

    @Override
    public void close() throws IOException {
      tar.finish();
      tar.flush();
    }
  }

  /** A folder; each file appears when it is whole. */
  final class Folder implements BlobSink {
    private final Path folder;

    Folder(Path folder) {
      this.folder = folder;
    }

    @Override
    public boolean has(String file, long sizeBytes) throws IOException {
      Path path = folder.resolve(file);
      return Files.isRegularFile(path) && Files.size(path) == sizeBytes;
    }

    @Override
    public void put(String file, long sizeBytes, InputStream content) throws IOException {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Path draft = Files.createTempFile(path.getParent(), ".draft-", "");
      try {
        try (OutputStream out = Files.newOutputStream(draft)) {
          BlobIntake.copy(content, out);
        }
        Files.setPosixFilePermissions(
            draft, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    }

    @Override
    public void close() {
      // Every file is closed when it has been put.
    }
  }
}
