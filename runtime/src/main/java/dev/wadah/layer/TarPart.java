package dev.wadah.layer;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.PathBytes;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The entries of a canonical tar from one of its {@link TarMarks} to the next. */
final class TarPart {
  private final Map<String, FileNode> nodes = new HashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final Set<String> opaque = new HashSet<>();
  private final List<String> paths = new ArrayList<>(TarMarks.STEP);

  private TarPart() {}

  /** Reads the headers of a part. */
  static TarPart read(Path tar, TarMarks marks, int mark) throws IOException {
    TarPart part = new TarPart();
    long start = marks.offset(mark);
    String end = mark + 1 < marks.size() ? marks.path(mark + 1) : null;
    FileInputStream in = new FileInputStream(tar.toFile());
    try (TarReader reader = new TarReader(in)) {
      in.skipNBytes(start);
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        LayerEntry known = TarEntries.read(entry);
        if (end != null && PathBytes.comparePaths(known.path(), end) >= 0) {
          break;
        }
        part.add(known, start + reader.position());
      }
    }
    return part;
  }

  private void add(LayerEntry entry, long offset) {
    String path = entry.path();
    if (entry instanceof LayerEntry.Opaque) {
      opaque.add(path);
      return;
    }
    paths.add(path);
    if (entry instanceof LayerEntry.Whiteout) {
      nodes.put(path, LayerView.WHITEOUT);
    } else if (entry instanceof LayerEntry.HardLink link) {
      links.put(path, link.target());
    } else if (entry instanceof LayerEntry.File file) {
      nodes.put(path, file.node());
      offsets.put(path, offset);
    }
  }

  /** The file at a path; null when it is not here, or a further name of another. */
  FileNode node(String path) {
    return nodes.get(path);
  }

  /** The first name of the file that the path is a further name of; null when it is none. */
  String link(String path) {
    return links.get(path);
  }

  /** The place of a file or a further name among {@link #paths}; negative when it is not here. */
  int index(String path) {
    return Collections.binarySearch(paths, path, PathBytes::comparePaths);
  }

  /** Where in the tar a file's content begins; null when it is not here. */
  Long offset(String path) {
    return offsets.get(path);
  }

  boolean isOpaque(String directory) {
    return opaque.contains(directory);
  }

  /** All paths, in canonical order. */
  List<String> paths() {
    return paths;
  }
}
