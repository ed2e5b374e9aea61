package dev.wadah.layer;

import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Unpacks a layer's tar into an empty directory as a layer's tree (image-spec layer.md "Applying
 * Changesets"). Nothing in the tar is trusted: names are made clean, {@code ..} is refused, every
 * parent directory is opened beneath the root by the kernel without following a link, and every
 * file is made new. Not for use by several threads at once.
 */
final class LayerApplier implements Closeable {
  /** Most entries of one layer: four million. */
  static final long MOST_ENTRIES = 4_000_000;

  /** Most bytes that one layer's files may have together: 16 TiB. */
  static final long MOST_BYTES = 16L << 40;

  /** Most directories that one may lie in: what is deeper takes longer with every step. */
  static final int DEEPEST = 8192;

  private static final String WHITEOUT = ".wh.";
  private static final String AUFS = ".wh..wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private final String root;
  private final UnpackedDirectories directories;
  private final OverlayMarks marks;
  private final FileFiller filler = new FileFiller();
  private final LeftOut leftOut = new LeftOut();
  private FileNode rootNode;
  private long bytes;
  private boolean marked;
  private boolean hidesRoot;

  /** Is told what is unpacked. */
  interface Watcher {
    /** Nobody. */
    Watcher NONE =
        new Watcher() {
          @Override
          public void entry(TarEntry entry, String path) {}

          @Override
          public void unpacked(String tree) {}
        };

    /** An entry was unpacked at a path, which is clean, but may lead through links. */
    void entry(TarEntry entry, String path) throws IOException;

    /** All is unpacked, and the archive was what it should be. */
    void unpacked(String tree) throws IOException;
  }

  /**
   * Unpacks into {@code root}.
   *
   * @param below the layers below, asked only by a layer that is not complete in itself
   */
  LayerApplier(String root, OverlayMarks marks, FileTree below) throws IOException {
    this.root = root;
    this.marks = marks;
    this.directories = new UnpackedDirectories(root, marks, below);
  }

  /**
   * Unpacks the whole archive.
   *
   * @param watcher is told of every entry
   * @throws InvalidLayerException if it is broken or hostile; the directory is then half full
   */
  void apply(TarReader tar, Watcher watcher) throws IOException {
    long entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries + directories.made() > MOST_ENTRIES) {
        throw new InvalidLayerException("a layer of more than %d entries".formatted(MOST_ENTRIES));
      }
      try {
        String path = clean(entry.name());
        apply(entry, path, tar);
        watcher.entry(entry, path);
      } catch (PosixException e) {
        throw explain(entry, e);
      }
    }
    filler.await();
    requireFilled();
    directories.finish();
  }

  private static IOException explain(TarEntry entry, PosixException e) {
    return switch (e.errnoName()) {
      case "ENAMETOOLONG", "ELOOP", "ENOTDIR", "EXDEV", "EILSEQ", "EFBIG", "EMLINK" ->
          new InvalidLayerException(
              "tar entry \"%s\" cannot be unpacked: %s".formatted(entry.name(), e.getMessage()), e);
      case "EINVAL" -> isOwner(e) ? beyond(entry, e) : e;
      default -> e;
    };
  }

  /** An id without a place in the map of our user namespace (user_namespaces(7)). */
  private static boolean isOwner(PosixException e) {
    return e.call().contains("chown");
  }

  private static IOException beyond(TarEntry entry, PosixException e) {
    return new IOException(
        "tar entry \"%s\" belongs to %d:%d, and this user has not so many ids; make its range in /etc/subuid and /etc/subgid larger"
            .formatted(entry.name(), entry.owner().uid(), entry.owner().gid()),
        e);
  }

  private void apply(TarEntry entry, String path, TarReader tar) throws IOException {
    if (path.equals("/")) {
      applyRoot(entry);
      return;
    }
    requireDepth(entry, path);
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.startsWith(WHITEOUT)) {
      applyMark(directories.parent(path), path, name);
    } else if (!path.contains("/.wh.")) { // the insides of AUFS's own directories
      applyFile(entry, tar, directories.parent(path), name);
    }
  }

  private static void requireDepth(TarEntry entry, String path) throws InvalidLayerException {
    if (path.length() > 2 * DEEPEST && path.chars().filter(c -> c == '/').count() > DEEPEST) {
      String name = entry.name();
      throw new InvalidLayerException(
          "tar entry \"%s...\" lies in more than %d directories"
              .formatted(name.substring(0, 80), DEEPEST));
    }
  }

  /** {@code ./a//b/} as {@code /a/b}. */
  static String clean(String name) throws InvalidLayerException {
    if (isClean(name)) {
      return "/" + (name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
    }
    StringBuilder path = new StringBuilder(name.length() + 1);
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new InvalidLayerException(
            "tar entry \"%s\" names a file outside of the layer".formatted(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        path.append('/').append(part);
      }
    }
    return path.length() == 0 ? "/" : path.toString();
  }

  private static boolean isClean(String name) {
    return !name.isEmpty()
        && name.charAt(0) != '/'
        && name.charAt(0) != '.'
        && !name.contains("/.")
        && !name.contains("//");
  }

  private void applyRoot(TarEntry entry) throws IOException {
    if (entry.kind() != Kind.DIRECTORY) {
      throw new InvalidLayerException(
          "tar entry \"%s\" makes the root something other than a directory"
              .formatted(entry.name()));
    }
    rootNode = directories.add("/", entry);
  }

  private void applyMark(UnpackedDirectories.Place parent, String path, String name)
      throws IOException {
    marked = true;
    if (name.equals(OPAQUE)) {
      hidesRoot |= parent.path().equals("/");
      marks.makeOpaque(root + parent.path());
      return;
    }
    String hidden = name.substring(WHITEOUT.length());
    if (name.startsWith(AUFS)) {
      return;
    }
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new InvalidLayerException("tar entry \"%s\" is a whiteout of nothing".formatted(path));
    }
    // A whiteout speaks of lower layers only: what this layer has under the name stays.
    FileStatus there = marks.status(parent.descriptor(), hidden);
    if (there == null) {
      marks.makeWhiteout(parent.descriptor(), hidden);
    } else if (there.isDirectory()) {
      String directory = parent.child(hidden);
      marks.makeOpaque(root + directory);
    }
  }

  private void applyFile(
      TarEntry entry, TarReader tar, UnpackedDirectories.Place parent, String name)
      throws IOException {
    try {
      make(entry, tar, parent, name);
    } catch (PosixException e) {
      if (!e.errnoName().equals("EEXIST")) {
        throw e;
      }
      replace(entry, tar, parent, name);
    }
  }

  /** The later of two entries of one name counts; a directory keeps what is in it. */
  private void replace(TarEntry entry, TarReader tar, UnpackedDirectories.Place parent, String name)
      throws IOException {
    FileStatus there = marks.status(parent.descriptor(), name);
    String path = parent.child(name);
    boolean directory = entry.kind() == Kind.DIRECTORY;
    if (directory && there.isDirectory()) {
      directories.add(path, entry);
      return;
    }
    directories.forget(path); // and closes the parent
    UnpackedDirectories.Place again = directories.parent(path);
    Posix.removeTree(again.descriptor(), name);
    make(entry, tar, again, name);
    if (directory && there.isWhiteout()) {
      marks.makeOpaque(root + path);
    }
  }

  private void make(TarEntry entry, TarReader tar, UnpackedDirectories.Place parent, String name)
      throws IOException {
    int dir = parent.descriptor();
    switch (entry.kind()) {
      case FILE -> makeFile(entry, tar, parent, name);
      case DIRECTORY -> {
        Posix.mkdir(dir, name, 0700);
        directories.add(parent.child(name), entry);
      }
      case SYMLINK -> {
        Posix.symlink(entry.link(), dir, name);
        Posix.lchown(dir, name, entry.owner().uid(), entry.owner().gid());
        Posix.setModified(dir, name, entry.mtimeNanos());
      }
      case HARD_LINK -> makeHardLink(entry, dir, name);
      case FIFO -> makeNode(entry, dir, name, FileStatus.S_IFIFO);
      case CHARACTER_DEVICE -> makeNode(entry, dir, name, FileStatus.S_IFCHR);
      case BLOCK_DEVICE -> makeNode(entry, dir, name, FileStatus.S_IFBLK);
    }
  }

  private void makeFile(
      TarEntry entry, TarReader tar, UnpackedDirectories.Place parent, String name)
      throws IOException {
    bytes += entry.sizeBytes();
    if (bytes > MOST_BYTES) {
      throw new InvalidLayerException("a layer of more than %d bytes".formatted(MOST_BYTES));
    }
    requireFilled();
    int start = tar.gather();
    int file = Posix.create(parent.descriptor(), name);
    if (start >= 0) {
      filler.put(file, entry, tar.buffer(), start);
    } else {
      filler.fill(file, entry, tar);
    }
    if (!entry.extras().xattrs().isEmpty()) {
      filler.await(); // writing takes the capabilities of a file away
      setXattrs(parent.child(name), entry.extras().xattrs());
    }
  }

  /** What cannot be written shows at a later file, or at the end. */
  private void requireFilled() throws IOException {
    Optional<FileFiller.Failure> failure = filler.failure();
    if (failure.isPresent()) {
      IOException cause = failure.get().cause();
      throw cause instanceof PosixException e ? explain(failure.get().entry(), e) : cause;
    }
  }

  private void makeHardLink(TarEntry entry, int dir, String name) throws IOException {
    String target = clean(entry.link());
    if (target.equals("/") || target.contains("/.wh.")) {
      throw new InvalidLayerException(
          "tar entry \"%s\" is a hard link to \"%s\"".formatted(entry.name(), entry.link()));
    }
    if (!directories.linkTo(target, dir, name)) {
      throw new InvalidLayerException(
          "tar entry \"%s\" is a hard link to \"%s\", which is not there"
              .formatted(entry.name(), entry.link()));
    }
  }

  private void makeNode(TarEntry entry, int dir, String name, int type) throws IOException {
    long device = 0;
    if (type != FileStatus.S_IFIFO) {
      device = Posix.device(entry.extras().major(), entry.extras().minor());
    }
    if (type == FileStatus.S_IFCHR && device == 0) {
      // Overlay would take it for a whiteout; no driver has this number.
      throw new InvalidLayerException(
          "tar entry \"%s\" is the character device 0:0".formatted(entry.name()));
    }
    try {
      Posix.mknod(dir, name, type | 0600, device);
    } catch (PosixException e) {
      if (!e.errnoName().equals("EPERM")) {
        throw e;
      }
      leftOut.device(entry.name());
      return;
    }
    Posix.lchown(dir, name, entry.owner().uid(), entry.owner().gid());
    Posix.chmod(dir, name, entry.mode());
    Posix.setModified(dir, name, entry.mtimeNanos());
  }

  /** Capabilities and what users noted; never overlay's own attributes, which could redirect. */
  private void setXattrs(String file, Map<String, byte[]> xattrs) throws IOException {
    for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
      String name = xattr.getKey();
      boolean kept =
          name.equals(FileNodes.CAPABILITY)
              || (name.startsWith("user.") && !name.startsWith("user.overlay."));
      if (kept) {
        try {
          Posix.setXattr(root + file, name, xattr.getValue());
        } catch (PosixException e) {
          if (!List.of("EPERM", "ENOTSUP", "ENOSPC", "E2BIG", "ERANGE").contains(e.errnoName())) {
            throw e;
          }
          leftOut.attribute(name, file, e.errnoName());
        }
      }
    }
  }

  /** What the archive says of the root directory; null when it says nothing. */
  FileNode rootNode() {
    return rootNode;
  }

  /** Whether the layers below were asked, so that the tree fits this one stack only. */
  boolean askedBelow() {
    return directories.askedBelow();
  }

  /** Whether the layer hides anything of lower layers. */
  boolean marked() {
    return marked;
  }

  /**
   * Whether the layer hides everything below it; overlay itself does not look at the root's mark.
   */
  boolean hidesRoot() {
    return hidesRoot;
  }

  /** What could not be made, for the user. */
  LeftOut leftOut() {
    return leftOut;
  }

  @Override
  public void close() throws IOException {
    try (directories) {
      filler.close();
    }
  }
}
