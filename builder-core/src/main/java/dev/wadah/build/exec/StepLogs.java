package dev.wadah.build.exec;

import dev.wadah.content.Store;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The log files of one build: {@code logs/build-MILLIS/N.log}. The folder is made with its first
 * file; only those of the last builds are kept.
 */
final class StepLogs {
  /** Builds whose logs are kept. */
  private static final int KEPT_BUILDS = 30;

  private final Store store;
  private final AtomicInteger count = new AtomicInteger();
  private Path folder;

  StepLogs(Store store) {
    this.store = store;
  }

  /** A log file that is being written; whoever opened it closes the stream. */
  record Log(Path file, OutputStream out) {}

  /** Begins the log of a step, with its name as the first line. */
  Log open(String step) throws IOException {
    Path file = folder().resolve(count.incrementAndGet() + ".log");
    OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
    out.write((step + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return new Log(file, out);
  }

  private synchronized Path folder() throws IOException {
    if (folder == null) {
      Path room = store.room("logs");
      removeOld(room);
      folder = create(room, "build-" + System.currentTimeMillis());
    }
    return folder;
  }

  private static Path create(Path room, String name) throws IOException {
    for (int i = 0; ; i++) {
      try {
        return Files.createDirectory(room.resolve(i == 0 ? name : name + "-" + i));
      } catch (FileAlreadyExistsException e) {
        // Another build began in the same millisecond: the next number.
      }
    }
  }

  private static void removeOld(Path room) throws IOException {
    List<Path> builds = new ArrayList<>();
    try (Stream<Path> files = Files.list(room)) {
      files.filter(f -> f.getFileName().toString().startsWith("build-")).forEach(builds::add);
    }
    // The names sort by time.
    Collections.sort(builds);
    for (Path old : builds.subList(0, Math.max(0, builds.size() - KEPT_BUILDS + 1))) {
      try (Stream<Path> files = Files.list(old)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(old);
      } catch (NoSuchFileException | UncheckedIOException e) {
        // Another build is removing the same folder; either will do.
      }
    }
  }
}
