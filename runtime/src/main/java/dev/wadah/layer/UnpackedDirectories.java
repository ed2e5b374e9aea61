package dev.wadah.layer;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The directories of a tree that is being unpacked. Opens the parent of each entry beneath the
 * root, keeping the last one open; gives directories their owner, mode and time at the end, since
 * every file made in them changes the time.
 */
final class UnpackedDirectories implements Closeable {
  private static final int PLACE = Posix.O_RDONLY | Posix.O_DIRECTORY;

  private final String root;
  private final int rootDescriptor;
  private final OverlayMarks marks;
  private final FileTree below;
  private final TreeMap<String, FileNode> attributes = new TreeMap<>();
  private String lastWritten = "";
  private Place last;
  private boolean askedBelow;
  private long made;

  UnpackedDirectories(String root, OverlayMarks marks, FileTree below) throws IOException {
    this.root = root;
    this.marks = marks;
    this.below = below;
    this.rootDescriptor = Posix.openDirectory(Posix.CWD, root);
    this.last = new Place("/", rootDescriptor);
  }

  /** An open directory, {@code path} being its true place in the tree. */
  record Place(String path, int descriptor) {
    String child(String name) {
      return path.equals("/") ? "/" + name : path + "/" + name;
    }
  }

  /**
   * The directory that {@code path} lies in, made when it is not there. A symbolic link on the way
   * is followed within the tree, as in a chroot.
   */
  Place parent(String path) throws IOException {
    String written = path.substring(0, path.lastIndexOf('/'));
    if (written.equals(lastWritten)) {
      return last;
    }
    Place place = open(written.isEmpty() ? "/" : written);
    closeLast();
    lastWritten = written;
    last = place;
    return place;
  }

  private Place open(String path) throws IOException {
    if (path.equals("/")) {
      return new Place(path, rootDescriptor);
    }
    try {
      return new Place(path, Posix.openBeneath(rootDescriptor, path, PLACE));
    } catch (PosixException e) {
      if (!e.errnoName().equals("ENOENT") && !isInTheWay(e)) {
        throw e;
      }
    }
    String real = PathResolver.resolve(this::find, path);
    makeMissing(real);
    return new Place(real, Posix.openBeneath(rootDescriptor, real, PLACE));
  }

  private static boolean isInTheWay(PosixException e) {
    return e.errnoName().equals("ELOOP") || e.errnoName().equals("ENOTDIR");
  }

  /**
   * Makes {@code path} and its parents, as the layers below have them, else as root's 0755. Goes
   * down by descriptors: a long way would be walked anew for each step.
   */
  private void makeMissing(String path) throws IOException {
    int at = rootDescriptor;
    try {
      for (int start = 1; start <= path.length(); ) {
        int slash = path.indexOf('/', start);
        int end = slash < 0 ? path.length() : slash;
        String name = path.substring(start, end);
        FileStatus there = marks.status(at, name);
        if (there == null || there.isWhiteout()) {
          makeDirectory(at, name, path.substring(0, end), there);
        }
        int next = Posix.openDirectory(at, name);
        if (at != rootDescriptor) {
          Posix.close(at);
        }
        at = next;
        start = end + 1;
      }
    } finally {
      if (at != rootDescriptor) {
        Posix.close(at);
      }
    }
  }

  private void makeDirectory(int dir, String name, String path, FileStatus whiteout)
      throws IOException {
    FileNode node = MADE;
    if (whiteout != null) {
      marks.clearWhiteout(dir, name);
    } else {
      askedBelow = true;
      node = below.find(path).filter(FileNode::isDirectory).orElse(MADE);
    }
    Posix.mkdir(dir, name, 0700);
    made++;
    attributes.put(path, node);
    if (whiteout != null) {
      marks.makeOpaque(root + path); // it hid what lower layers have there, and goes on doing so
    }
  }

  /** A directory that nobody described. */
  static final FileNode MADE =
      new FileNode(FileNode.Type.DIRECTORY, 0755, 0, 0, 0, 0, "", FileNode.Identity.PLAIN);

  /** Notes what a directory shall have in the end. */
  FileNode add(String path, TarEntry entry) {
    FileNode node =
        new FileNode(
            FileNode.Type.DIRECTORY,
            entry.mode(),
            entry.owner().uid(),
            entry.owner().gid(),
            0,
            entry.mtimeNanos(),
            "",
            FileNode.Identity.PLAIN);
    attributes.put(path, node);
    return node;
  }

  /** Forgets a directory, and all below it, that is about to be replaced. */
  void forget(String path) {
    attributes.remove(path);
    attributes.subMap(path + "/", path + "0").clear();
    closeLast();
    lastWritten = "";
    last = new Place("/", rootDescriptor);
  }

  /**
   * Makes {@code name} a further name of the file {@code target}; a file of a lower layer is
   * copied, as overlay would. False when there is no such file.
   */
  boolean linkTo(String target, int dir, String name) throws IOException {
    int slash = target.lastIndexOf('/');
    String base = target.substring(slash + 1);
    String parent = slash == 0 ? "/" : target.substring(0, slash);
    String real = PathResolver.resolve(this::find, parent);
    int descriptor;
    try {
      descriptor = Posix.openBeneath(rootDescriptor, real, PLACE);
    } catch (PosixException e) {
      if (!e.errnoName().equals("ENOENT")) {
        throw e;
      }
      return copyFromBelow(new Place(real, -1).child(base), dir, name);
    }
    try {
      FileStatus there = marks.status(descriptor, base);
      if (there == null) {
        return copyFromBelow(new Place(real, -1).child(base), dir, name);
      }
      boolean linkable = !there.isWhiteout() && !there.isDirectory();
      if (linkable) {
        Posix.link(descriptor, base, dir, name);
      }
      return linkable;
    } finally {
      Posix.close(descriptor);
    }
  }

  private boolean copyFromBelow(String target, int dir, String name) throws IOException {
    askedBelow = true;
    Optional<FileNode> found = below.find(target);
    if (found.isEmpty() || !found.get().isFile()) {
      return false;
    }
    FileNode node = found.get();
    int flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL | Posix.O_NOFOLLOW;
    try (InputStream in = below.open(target);
        FileOutputStream out = new FileOutputStream(Posix.open(dir, name, flags, 0600))) {
      in.transferTo(out);
      Posix.settle(out.getFD(), node.mode(), node.uid(), node.gid(), node.mtimeNanos());
    }
    return true;
  }

  /** Gives all directories their attributes; children before parents, whose times they change. */
  void finish() throws IOException {
    for (Map.Entry<String, FileNode> directory : attributes.descendingMap().entrySet()) {
      String file = root + directory.getKey();
      FileNode node = directory.getValue();
      Posix.lchown(Posix.CWD, file, node.uid(), node.gid());
      Posix.chmod(Posix.CWD, file, node.mode());
      Posix.setModified(Posix.CWD, file, node.mtimeNanos());
    }
  }

  /** Directories made that no entry named before. */
  long made() {
    return made;
  }

  boolean askedBelow() {
    return askedBelow;
  }

  private void closeLast() {
    if (last.descriptor() != rootDescriptor) {
      Posix.close(last.descriptor());
    }
  }

  @Override
  public void close() {
    closeLast();
    Posix.close(rootDescriptor);
  }

  /** The tree so far on top of the layers below. */
  private Optional<FileNode> find(String path) throws IOException {
    FileStatus there = marks.status(root + path);
    if (there == null) {
      Optional<FileNode> lower = below.find(path);
      askedBelow |= lower.isPresent() && lower.get().isSymlink();
      return lower;
    }
    return there.isWhiteout() ? Optional.empty() : Optional.of(FileNodes.of(root + path, there));
  }
}
