package dev.wadah.image.archive;

import dev.wadah.image.BlobIntake;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.TarWriter;
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
    private final TarWriter tar;
    private final OutputStream out;
    private final Set<String> put = new HashSet<>();

    /** Writes to {@code out}, which stays open. */
    Tar(OutputStream out) {
      this.out = out;
      this.tar = new TarWriter(out);
    }

    @Override
    public boolean has(String file, long sizeBytes) {
      return put.contains(file);
    }

    @Override
    public void put(String file, long sizeBytes, InputStream content) throws IOException {
      makeFolders(file);
      put.add(file);
      FileNode node = node(FileNode.Type.FILE, 0644, sizeBytes);
      tar.put(new LayerEntry.File("/" + file, node, LayerEntry.Content.NONE), content);
      if (content.read() >= 0) {
        throw new IOException("%s is longer than %d bytes".formatted(file, sizeBytes));
      }
    }

    private static FileNode node(FileNode.Type type, int mode, long sizeBytes) {
      return new FileNode(type, mode, 0, 0, sizeBytes, 0, "", FileNode.Identity.PLAIN);
    }

    private void makeFolders(String file) throws IOException {
      for (int slash = file.indexOf('/'); slash >= 0; slash = file.indexOf('/', slash + 1)) {
        if (put.add(file.substring(0, slash + 1))) {
          FileNode node = node(FileNode.Type.DIRECTORY, 0755, 0);
          String folder = "/" + file.substring(0, slash);
          tar.put(new LayerEntry.File(folder, node, LayerEntry.Content.NONE));
        }
      }
    }

    @Override
    public void close() throws IOException {
      tar.end();
      out.flush();
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
