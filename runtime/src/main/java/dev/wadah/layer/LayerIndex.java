package dev.wadah.layer;

import dev.wadah.posix.PathBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one layer holds, without the contents of its files: names, kinds, modes, owners, times, link
 * targets, what it hides. It answers as the unpacked layer would, so a COPY needs neither the
 * layer's bytes nor its tree (docs/adr/0011). Never changes; safe for threads.
 */
public final class LayerIndex {
  /** What {@link #find} answers for a directory that the layer holds files in, but never names. */
  static final FileNode IMPLIED =
      new FileNode(FileNode.Type.DIRECTORY, -1, 0, 0, 0, 0, "", FileNode.Identity.PLAIN);

  /** Files whose content is wanted as well: owners are looked up in them by name. */
  static final Set<String> KEPT_FILES = Set.of("/etc/passwd", "/etc/group");

  /** Larger ones are not kept. */
  static final int MOST_KEPT_BYTES = 1 << 16;

  private final Parts parts;
  private final boolean hidesAnything;
  private Map<String, List<String>> names;

  LayerIndex(Parts parts) {
    this.parts = parts;
    this.hidesAnything =
        !parts.opaque().isEmpty() || parts.nodes().containsValue(LayerView.WHITEOUT);
  }

  /**
   * All of an index.
   *
   * @param nodes by path; {@link LayerView#WHITEOUT} and {@link #IMPLIED} among them; the root is
   *     not
   * @param opaque directories that hide what lower layers have in them
   * @param asked paths whose meaning lower layers may change: no symbolic link may be there, or the
   *     layer must be unpacked on top of them
   * @param contents of {@link #KEPT_FILES}, as far as they are known
   */
  record Parts(
      Map<String, FileNode> nodes,
      Set<String> opaque,
      Set<String> asked,
      Map<String, byte[]> contents) {}

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if it is something else, or damaged
   */
  public static LayerIndex parse(byte[] bytes) {
    return new LayerIndex(IndexFormat.read(bytes));
  }

  /** The index as a file; equal indexes give equal bytes. */
  public byte[] toBytes() {
    return IndexFormat.write(parts);
  }

  /** How many names it has. */
  public int size() {
    return parts.nodes().size();
  }

  /** As {@link LayerView#find}; may be {@link #IMPLIED}. */
  FileNode find(String path) {
    return parts.nodes().get(path);
  }

  boolean isOpaque(String directory) {
    return parts.opaque().contains(directory);
  }

  boolean hidesAnything() {
    return hidesAnything;
  }

  Set<String> asked() {
    return parts.asked();
  }

  /** The content of a file; null where it is not kept. */
  byte[] content(String path) {
    return parts.contents().get(path);
  }

  /** Names in a directory, those of whiteouts among them. */
  String[] names(String directory) {
    List<String> found = names().get(directory);
    return found == null ? new String[0] : found.toArray(new String[0]);
  }

  private synchronized Map<String, List<String>> names() {
    if (names == null) {
      Map<String, List<String>> all = new HashMap<>();
      for (String path : parts.nodes().keySet()) {
        int slash = path.lastIndexOf('/');
        String parent = slash == 0 ? "/" : path.substring(0, slash);
        all.computeIfAbsent(parent, p -> new ArrayList<>()).add(path.substring(slash + 1));
      }
      names = all;
    }
    return names;
  }

  /** Paths in canonical order. */
  static List<String> sorted(Iterable<String> paths) {
    List<String> sorted = new ArrayList<>();
    paths.forEach(sorted::add);
    sorted.sort(PathBytes::comparePaths);
    return sorted;
  }
}
