package dev.wadah.image.archive;

import dev.wadah.image.BlobIntake;
import dev.wadah.image.StoredBlob;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** An OCI image layout that is a folder. */
final class FolderFiles implements ArchiveFiles {
  private final Path folder;
  private final BlobIntake intake;

  FolderFiles(Path folder, BlobIntake intake) {
    this.folder = folder;
    this.intake = intake;
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public boolean has(String file) {
    return Files.isRegularFile(path(file));
  }

  @Override
  public byte[] document(String file) throws IOException {
    if (!has(file)) {
      throw missing(file);
    }
    long size = Files.size(path(file));
    if (size > MAX_DOCUMENT_BYTES) {
      throw tooLarge(file, size);
    }
    return Files.readAllBytes(path(file));
  }

  @Override
  public StoredBlob store(String file) throws IOException {
    if (!has(file)) {
      throw missing(file);
    }
    try (InputStream in = Files.newInputStream(path(file))) {
      return intake.take(in, "%s: %s".formatted(name(), file));
    }
  }

  private Path path(String file) {
    return folder.resolve(ArchiveFiles.normalise(file));
  }

  @Override
  public void close() {
    // Each file is opened when it is read.
  }
}
