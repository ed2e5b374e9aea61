package dev.wadah.layer;

import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.TarEntry.Kind;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The entries of a canonical tar from one of its {@link TarMarks} to the next. */
final class TarPart {
  private static final String WHITEOUT_PREFIX = ".wh.";
  private static final String OPAQUE_NAME = ".wh..wh..opq";

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
        LayerEntry known = entry(entry);
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

  /** What an entry of a canonical tar says; a file is without its content. */
  static LayerEntry entry(TarEntry entry) throws InvalidLayerException {
    String path = LayerApplier.clean(entry.name());
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    if (name.equals(OPAQUE_NAME)) {
      return new LayerEntry.Opaque(slash == 0 ? "/" : path.substring(0, slash));
    }
    if (name.startsWith(WHITEOUT_PREFIX)) {
      String hidden = name.substring(WHITEOUT_PREFIX.length());
      return new LayerEntry.Whiteout(path.substring(0, slash + 1) + hidden);
    }
    if (entry.kind() == Kind.HARD_LINK) {
      return new LayerEntry.HardLink(path, LayerApplier.clean(entry.link()));
    }
    return new LayerEntry.File(path, node(entry), LayerEntry.Content.NONE);
  }

  /** What the header of a tar says of a file. */
  static FileNode node(TarEntry entry) {
    FileNode.Type type =
        switch (entry.kind()) {
          case FILE, HARD_LINK -> FileNode.Type.FILE;
          case DIRECTORY -> FileNode.Type.DIRECTORY;
          case SYMLINK -> FileNode.Type.SYMLINK;
          case FIFO -> FileNode.Type.FIFO;
          case CHARACTER_DEVICE -> FileNode.Type.CHARACTER_DEVICE;
          case BLOCK_DEVICE -> FileNode.Type.BLOCK_DEVICE;
        };
    TarEntry.Extras extras = entry.extras();
    boolean device = type == FileNode.Type.CHARACTER_DEVICE || type == FileNode.Type.BLOCK_DEVICE;
    Identity identity =
        !device && extras.xattrs().isEmpty()
            ? Identity.PLAIN
            : new Identity(
                device ? Posix.device(extras.major(), extras.minor()) : 0, 0, extras.xattrs());
    return new FileNode(
        type,
        entry.mode(),
        entry.owner().uid(),
        entry.owner().gid(),
        entry.sizeBytes(),
        entry.mtimeNanos(),
        entry.link(),
        identity);
  }

  /** The file at a path; null when it is not here, or a further name of another. */
  FileNode node(String path) {
    return nodes.get(path);
  }

  /** The first name of the file that the path is a further name of; null when it is none. */
  String link(String path) {
    return links.get(path);
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
