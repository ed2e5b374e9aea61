package dev.wadah.layer;

import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.LayerEntry.File;
import dev.wadah.layer.LayerEntry.HardLink;
import dev.wadah.layer.LayerEntry.Opaque;
import dev.wadah.posix.PathBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings the entries of a new layer into the one form that a tree of them gives back: in the order
 * of a walk, every parent there, every hard link naming the first of its names. What a layer cannot
 * hold is left out: the root itself, sockets, and names that would be read as whiteouts ({@code
 * .wh.*}, which Docker loses too).
 */
final class CanonicalEntries {
  private final List<LayerEntry> result = new ArrayList<>();
  private final Set<String> directories = new HashSet<>();
  private final HardLinks links = new HardLinks();

  private CanonicalEntries() {}

  /**
   * The canonical form.
   *
   * @throws IllegalArgumentException if two entries have one path, or a link has no target
   */
  static List<LayerEntry> of(Iterable<LayerEntry> entries) {
    List<LayerEntry> kept = new ArrayList<>();
    boolean sorted = true;
    for (LayerEntry entry : entries) {
      if (belongs(entry)) {
        sorted &= kept.isEmpty() || compare(kept.get(kept.size() - 1), entry) < 0;
        kept.add(entry);
      }
    }
    if (!sorted) {
      kept.sort(CanonicalEntries::compare);
    }
    CanonicalEntries canonical = new CanonicalEntries();
    canonical.links.find(kept);
    for (LayerEntry entry : kept) {
      canonical.add(entry);
    }
    return canonical.result;
  }

  static boolean belongs(LayerEntry entry) {
    String path = entry.path();
    boolean root = path.equals("/") && !(entry instanceof Opaque);
    boolean socket = entry instanceof File f && f.node().type() == FileNode.Type.SOCKET;
    return !root && !socket && !path.contains("/.wh.");
  }

  /** By path; a directory before its opaque mark. */
  static int compare(LayerEntry a, LayerEntry b) {
    int order = PathBytes.comparePaths(a.path(), b.path());
    return order != 0 ? order : (a instanceof Opaque ? 1 : 0) - (b instanceof Opaque ? 1 : 0);
  }

  private void add(LayerEntry entry) {
    String path = entry.path();
    if (!result.isEmpty() && compare(result.get(result.size() - 1), entry) == 0) {
      throw new IllegalArgumentException("two entries for " + path);
    }
    addParents(path);
    if (entry instanceof File file && file.node().isDirectory()) {
      directories.add(path);
      result.add(file);
    } else {
      result.add(links.named(entry));
    }
  }

  private void addParents(String path) {
    int slash = path.lastIndexOf('/');
    if (slash <= 0) {
      return;
    }
    String parent = path.substring(0, slash);
    if (directories.add(parent)) {
      addParents(parent);
      result.add(new File(parent, UnpackedDirectories.MADE, LayerEntry.Content.NONE));
    }
  }

  /** Which paths are names of one file; the first of them in order is the file, the rest links. */
  private static final class HardLinks {
    private final Map<String, File> files = new HashMap<>();
    private final Map<String, String> targets = new HashMap<>();
    private final Map<String, String> leaders = new HashMap<>();

    void find(List<LayerEntry> entries) {
      for (LayerEntry entry : entries) {
        if (entry instanceof HardLink link) {
          targets.put(link.path(), link.target());
        }
      }
      if (targets.isEmpty()) {
        return;
      }
      for (LayerEntry entry : entries) {
        if (entry instanceof File file && !file.node().isDirectory()) {
          files.put(file.path(), file);
        }
      }
      for (String path : targets.keySet()) {
        String target = target(path);
        String leader = leaders.getOrDefault(target, target);
        leaders.put(target, PathBytes.comparePaths(path, leader) < 0 ? path : leader);
      }
    }

    /** The file at the end of a chain of links. */
    private String target(String path) {
      String at = path;
      for (int steps = 0; targets.containsKey(at) && steps <= targets.size(); steps++) {
        at = targets.get(at);
      }
      if (!files.containsKey(at)) {
        throw new IllegalArgumentException(
            "%s is a hard link to %s, which is no file of this layer".formatted(path, at));
      }
      return at;
    }

    /** The entry as the file itself or as a link to it, whichever its place in the order asks. */
    LayerEntry named(LayerEntry entry) {
      String path = entry.path();
      String target = targets.containsKey(path) ? target(path) : path;
      String leader = leaders.get(target);
      if (leader == null) {
        return entry instanceof File file ? withInode(file, path, 0) : entry;
      }
      return leader.equals(path)
          ? withInode(files.get(target), path, 1)
          : new HardLink(path, leader, files.get(target).node());
    }

    /** An inode that is not 0 makes the writer remember the file. */
    private static File withInode(File file, String path, long inode) {
      FileNode n = file.node();
      Identity identity = new Identity(n.identity().device(), inode, n.identity().xattrs());
      return new File(path, n.withIdentity(identity), file.content());
    }
  }
}
