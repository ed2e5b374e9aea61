package dev.wadah.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Small files that are replaced as a whole: a reader sees the old content or the new one, also when
 * a process dies. Nothing is synced: on ext4 that would wait for all blobs written lately (2 s for
 * a base image), and {@code Store.sync} does it once at a command's end.
 */
public final class RecordFiles {
  /** How often a folder is made again that another process removed when it was empty. */
  private static final int ATTEMPTS = 20;

  private final Path temporary;

  /** Files below {@code room}; temporary ones in its folder {@code tmp}. */
  public RecordFiles(Path room) {
    this.temporary = room.resolve("tmp");
  }

  /** A file's content; empty when it is not there, or when a power cut took its content. */
  public Optional<byte[]> read(Path file) throws IOException {
    try {
      byte[] content = Files.readAllBytes(file);
      return content.length == 0 ? Optional.empty() : Optional.of(content);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Replaces a file, unless it has this content already. */
  public void write(Path file, byte[] content) throws IOException {
    if (isSame(file, content)) {
      return;
    }
    Files.createDirectories(temporary);
    Path draft = temporary.resolve(Long.toHexString(ThreadLocalRandom.current().nextLong()));
    try {
      try (FileChannel out =
          FileChannel.open(draft, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
      moveInto(draft, file);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private boolean isSame(Path file, byte[] content) throws IOException {
    Optional<byte[]> present = read(file);
    return present.isPresent() && Arrays.equals(present.get(), content);
  }

  private static void moveInto(Path draft, Path file) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Files.createDirectories(file.getParent());
      try {
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Removes a file and then its folders below {@code top} that are left empty. */
  public boolean delete(Path file, Path top) throws IOException {
    boolean removed = Files.deleteIfExists(file);
    for (Path folder = file.getParent(); !folder.equals(top); folder = folder.getParent()) {
      try {
        Files.deleteIfExists(folder);
      } catch (DirectoryNotEmptyException e) {
        break;
      }
    }
    return removed;
  }
}
