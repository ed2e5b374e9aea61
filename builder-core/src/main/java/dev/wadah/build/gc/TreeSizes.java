package dev.wadah.build.gc;

import dev.wadah.posix.DiskUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the unpacked trees take on the disk. They never change, so each is measured once and
 * remembered in {@code gc/sizes}; without it they are measured again. Not for use by several
 * threads.
 */
final class TreeSizes {
  private final Path file;
  private final Map<String, Long> known;
  private final Map<String, Long> met = new TreeMap<>();

  private TreeSizes(Path file, Map<String, Long> known) {
    this.file = file;
    this.known = known;
  }

  static TreeSizes load(Path file) throws IOException {
    Map<String, Long> known = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(file)) {
        int blank = line.indexOf(' ');
        known.put(line.substring(0, blank), Long.parseLong(line.substring(blank + 1)));
      }
    } catch (NoSuchFileException e) {
      // The first collection.
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      // Cut off in a power cut: what is missing is measured again.
    }
    return new TreeSizes(file, known);
  }

  /** Bytes of a tree. */
  long of(Path tree) throws IOException {
    String name = tree.getFileName().toString();
    Long size = known.get(name);
    if (size == null) {
      size = DiskUsage.of(tree.toString());
    }
    met.put(name, size);
    return size;
  }

  /** Remembers the trees that were met, and forgets all others. */
  void save() throws IOException {
    if (met.equals(known)) {
      return;
    }
    List<String> lines = met.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
    Path temporary = Files.createTempFile(file.getParent(), "sizes", ".tmp");
    try {
      Files.write(temporary, lines);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
