package dev.wadah.layer;

import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A root file system as plain files in a directory, for stores that no overlay can be mounted on. A
 * container that ran on it has changed it; {@link #commit} makes a layer of that, and the tree is
 * then that of the longer stack. Not for use by several threads at once.
 */
public final class CopiedTree {
  private static final FileNode EMPTY_FILE =
      new FileNode(FileNode.Type.FILE, 0644, 0, 0, 0, 0, "", FileNode.Identity.PLAIN);

  private final LayerStore layers;
  private final String root;
  private final String wanted;
  private final Set<String> placed = new TreeSet<>();
  private final List<List<String>> links = new ArrayList<>();
  private LayerStack stack = LayerStack.EMPTY;
  private TreeStamps before;
  private boolean likeLayers = true;

  /**
   * An empty tree.
   *
   * @param directory absolute, empty, on any file system
   * @param wanted only this path, what is below it and the directories that lead to it; / for all
   */
  public CopiedTree(LayerStore layers, Path directory, String wanted) {
    this.layers = layers;
    this.root = directory.toString();
    this.wanted = wanted;
  }

  /**
   * Copies the layers that the tree does not have yet.
   *
   * @param whole begins with the layers that the tree has
   */
  public void extend(LayerStack whole) throws IOException {
    long start = System.nanoTime();
    separateLinks();
    List<LayerView> views = layers.views(whole);
    // One of the new ones may hide all that is below it.
    int fresh = Math.min(held(whole).size() - held(stack).size(), views.size());
    TreeCopy copy = new TreeCopy(root, wanted);
    for (int i = fresh - 1; i >= 0; i--) {
      copy.add(views.get(i));
    }
    FileTree tree = layers.tree(whole);
    for (String path : Set.copyOf(placed)) {
      if (tree.find(path).isPresent()) {
        placed.remove(path);
      }
    }
    stack = whole;
    TreeCopy.settle(root, tree.find("/").orElseThrow());
    Profile.spent(Phase.UNPACK, start);
  }

  /** The layers that hold anything. */
  private static List<DiffId> held(LayerStack stack) {
    List<DiffId> held = new ArrayList<>(stack.layers());
    held.removeIf(LayerStore.EMPTY::equals);
    return held;
  }

  /** Whether the tree can be extended to {@code whole}. */
  public boolean isPartOf(LayerStack whole) {
    List<DiffId> all = held(whole);
    List<DiffId> ours = held(stack);
    return likeLayers && ours.size() <= all.size() && all.subList(0, ours.size()).equals(ours);
  }

  /** Number of layers in the tree. */
  public int size() {
    return held(stack).size();
  }

  /**
   * Makes mount points that the layers lack, so that making them for a container changes nothing.
   *
   * @param directories absolute, parents first
   * @param files likewise, after the directories
   */
  public void place(List<String> directories, List<String> files) throws IOException {
    for (String path : directories) {
      if (FileStatus.of(root + path) == null) {
        place(path, () -> Posix.mkdir(Posix.CWD, root + path, 0700), UnpackedDirectories.MADE);
      }
    }
    for (String path : files) {
      String parent = path.substring(0, path.lastIndexOf('/'));
      FileStatus directory = FileStatus.of(root + parent);
      if (directory != null && directory.isDirectory() && FileStatus.of(root + path) == null) {
        place(path, () -> Posix.mknod(Posix.CWD, root + path, S_REGULAR, 0), EMPTY_FILE);
      }
    }
  }

  private static final int S_REGULAR = FileStatus.S_IFREG | 0600;

  /** Makes one file. */
  private interface Making {
    void run() throws IOException;
  }

  private void place(String path, Making making, FileNode node) throws IOException {
    String parent = root + path.substring(0, path.lastIndexOf('/'));
    long mtime = FileStatus.of(parent).mtimeNanos();
    making.run();
    TreeCopy.settle(root + path, node);
    Posix.setModified(Posix.CWD, parent, mtime);
    placed.add(path);
  }

  /** Remembers the tree as it is, to be called before a container starts that will be committed. */
  public void begin() throws IOException {
    long start = System.nanoTime();
    before = TreeStamps.of(root);
    Profile.spent(Phase.DIFF, start);
  }

  /**
   * Makes a layer of what changed since {@link #begin}; no process uses the tree any more.
   *
   * @param stubs paths that were made as mount points and must not be in the layer unless they hold
   *     something
   */
  public DiffId commit(List<String> stubs) throws IOException {
    long start = System.nanoTime();
    FileTree parent = layers.tree(stack);
    new MountStubs(root, parent, placed).remove(stubs);
    TreeDiff diff = new TreeDiff(root, before, parent, placed);
    List<LayerEntry> entries = diff.entries();
    Profile.spent(Phase.DIFF, start);
    DiffId layer = LayerStore.EMPTY;
    if (!entries.isEmpty()) {
      layer = layers.write(sink -> give(entries, sink), written -> {});
    }
    diff.links().forEach(links::add);
    likeLayers = diff.isLikeLayers();
    stack = stack.plus(layer);
    before = null;
    return layer;
  }

  private static void give(List<LayerEntry> entries, LayerEntries.Sink sink) throws IOException {
    for (LayerEntry entry : entries) {
      sink.take(entry);
    }
  }

  /** The names of one file become files of their own, as {@link TreeCopy} makes them. */
  private void separateLinks() throws IOException {
    for (List<String> names : links) {
      for (String path : names.subList(1, names.size())) {
        FileStatus status = FileStatus.of(root + path);
        if (status != null && status.isFile() && status.links() > 1) {
          separate(path, status);
        }
      }
    }
    links.clear();
  }

  private void separate(String path, FileStatus status) throws IOException {
    String file = root + path;
    String directory = file.substring(0, file.lastIndexOf('/'));
    long mtime = FileStatus.of(directory).mtimeNanos();
    String copy = directory + "/.wh.copy"; // a name that no layer has
    int flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL | Posix.O_NOFOLLOW;
    try (FileOutputStream out = new FileOutputStream(Posix.open(Posix.CWD, copy, flags, 0600));
        FileInputStream in =
            new FileInputStream(
                Posix.open(Posix.CWD, file, Posix.O_RDONLY | Posix.O_NOFOLLOW, 0))) {
      Posix.copy(in.getFD(), out.getFD());
      Posix.settle(out.getFD(), status.mode(), status.uid(), status.gid(), status.mtimeNanos());
    }
    TreeCopy.copyXattrs(file, copy);
    Posix.rename(Posix.CWD, copy, Posix.CWD, file, 0);
    Posix.setModified(Posix.CWD, directory, mtime);
  }
}
