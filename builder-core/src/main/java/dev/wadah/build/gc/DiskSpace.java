package dev.wadah.build.gc;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The disk that a store lies on.
 *
 * @param totalBytes its size
 * @param freeBytes what is free for this user
 */
public record DiskSpace(long totalBytes, long freeBytes) {
  /** The disk of {@code path}. */
  public static DiskSpace of(Path path) throws IOException {
    FileStore disk = Files.getFileStore(path);
    return new DiskSpace(disk.getTotalSpace(), disk.getUsableSpace());
  }
}
