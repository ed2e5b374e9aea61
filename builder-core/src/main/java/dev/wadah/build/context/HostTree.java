package dev.wadah.build.context;

import dev.wadah.build.files.TreePath;
import dev.wadah.content.ByteSink;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.FileTree;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.NativeSha256;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A directory of this machine as a build sees it: everything is root's, links are not followed, a
 * file is looked at once. Content is opened beneath the directory without following links, so that
 * a link that appears during the build leads nowhere. Safe for threads.
 */
final class HostTree implements FileTree, Closeable {
  /** Files of whole directories that are kept, some 60 bytes each; more are looked at again. */
  static final int MAX_KEPT = 1_500_000;

  /** Files that are kept without their directories. */
  private static final int MAX_SINGLE = 50_000;

  private static final int EXECUTE = 0111;

  private static final String CAPABILITY = "security.capability";

  private final String root;
  private final Path rootPath;
  private final HostFiles files;
  private final ScanAhead ahead;

  /** Directories that were read as a whole. */
  private final Map<String, Scanned> scans = new ConcurrentHashMap<>();

  private final AtomicInteger kept = new AtomicInteger();

  /** Files that were looked at one by one, or again; these come first. */
  private final Map<String, FileStatus> known = new ConcurrentHashMap<>();

  /** Directories of these. */
  private final Set<String> holders = ConcurrentHashMap.newKeySet();

  /**
   * A tree over a directory.
   *
   * @param root an existing directory; may itself be reached through links
   */
  HostTree(Path root) {
    this(root.toAbsolutePath().normalize(), new LocalFiles(root.toAbsolutePath().normalize()));
  }

  /**
   * A tree over a directory.
   *
   * @param root absolute; an existing directory; may itself be reached through links
   * @param files asks the file system; closed with the tree
   */
  HostTree(Path root, HostFiles files) {
    this.rootPath = root;
    String text = rootPath.toString();
    this.root = text.equals("/") ? "" : text;
    this.files = files;
    this.ahead = new ScanAhead(files);
  }

  /** A directory that was read, and the name that will probably be asked for next. */
  private static final class Scanned {
    private final DirectoryScan scan;

    /** Only a hint: threads may overwrite each other's. */
    private int next;

    Scanned(DirectoryScan scan) {
      this.scan = scan;
    }

    int find(String name) {
      int index = scan.find(name, next);
      next = index + 1;
      return index;
    }
  }

  /** The directory. */
  Path root() {
    return rootPath;
  }

  /** What tells whether a file has changed since it was first looked at; null for no file. */
  Stamp stamp(String path) throws IOException {
    FileStatus status = known.isEmpty() ? null : known.get(path);
    if (status != null) {
      return Stamp.of(status);
    }
    Scanned directory = path.length() == 1 ? null : scans.get(TreePath.parent(path));
    if (directory != null) {
      int index = directory.find(TreePath.name(path));
      return index < 0 ? null : Stamp.of(directory.scan, index);
    }
    status = look(path);
    return status == null ? null : Stamp.of(status);
  }

  /** Looks at a file afresh; null when there is none. */
  FileStatus look(String path) throws IOException {
    FileStatus status = files.status(path);
    if (status != null && (known.size() < MAX_SINGLE || scans.containsKey(TreePath.parent(path)))) {
      known.put(path, status);
      holders.add(path.length() == 1 ? "" : TreePath.parent(path));
    }
    return status;
  }

  @Override
  public Optional<FileNode> find(String path) throws IOException {
    FileStatus status = known.isEmpty() ? null : known.get(path);
    if (status == null && path.length() > 1) {
      Scanned directory = scans.get(TreePath.parent(path));
      if (directory != null) {
        int index = directory.find(TreePath.name(path));
        return index < 0 ? Optional.empty() : Optional.of(node(path, directory.scan, index));
      }
    }
    status = status == null ? look(path) : status;
    return status == null ? Optional.empty() : Optional.of(node(path, status));
  }

  @Override
  public List<String> list(String path) throws IOException {
    DirectoryScan scan = scan(path);
    if (scan == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>(scan.size());
    for (int i = 0; i < scan.size(); i++) {
      names.add(scan.name(i));
    }
    return names;
  }

  @Override
  public Children children(String path) throws IOException {
    boolean first = !scans.containsKey(path);
    DirectoryScan scan = scan(path);
    if (first && scan != null) {
      ahead.announce(path, scan);
    }
    return new HostChildren(path, scan);
  }

  /** What is in a directory. */
  private final class HostChildren implements ScannedChildren {
    private final String path;
    private final DirectoryScan scan;

    HostChildren(String path, DirectoryScan scan) {
      this.path = path;
      this.scan = scan;
    }

    @Override
    public int size() {
      return scan == null ? 0 : scan.size();
    }

    @Override
    public String name(int index) {
      return scan.name(index);
    }

    @Override
    public FileNode node(int index) throws IOException {
      String child = TreePath.child(path, scan.name(index));
      FileStatus status = known.isEmpty() ? null : known.get(child);
      return status == null
          ? HostTree.this.node(child, scan, index)
          : HostTree.this.node(child, status);
    }

    @Override
    public DirectoryScan scan() {
      return holders.contains(path) ? null : scan;
    }

    @Override
    public int scanned(int index) {
      return index;
    }

    @Override
    public int endOfRow(int index) {
      return size();
    }
  }

  private DirectoryScan scan(String path) throws IOException {
    Scanned there = scans.get(path);
    if (there != null) {
      return there.scan;
    }
    DirectoryScan scan = ahead.scan(path);
    if (scan == null || kept.get() + scan.size() > MAX_KEPT) {
      return scan;
    }
    // two threads may have read the directory: both must see the same one
    Scanned first = scans.putIfAbsent(path, new Scanned(scan));
    if (first == null) {
      kept.addAndGet(scan.size());
    }
    return first == null ? scan : first.scan;
  }

  private FileNode node(String path, DirectoryScan scan, int index) throws IOException {
    int type = scan.type(index);
    int mode = scan.mode(index);
    boolean device = type == FileStatus.S_IFCHR || type == FileStatus.S_IFBLK;
    return node(
        path,
        type,
        mode,
        type == FileStatus.S_IFREG ? scan.sizeBytes(index) : 0,
        scan.mtimeNanos(index),
        identity(
            path,
            scan.mayBeCapable(index) ? type | EXECUTE : type, // the mode says no more than that
            device ? scan.sizeBytes(index) : 0,
            scan.links(index) > 1 ? scan.inode(index) : 0));
  }

  private FileNode node(String path, FileStatus status) throws IOException {
    return node(
        path,
        status.type(),
        status.mode(),
        status.isFile() ? status.sizeBytes() : 0,
        status.mtimeNanos(),
        identity(
            path,
            status.type() | status.mode(),
            status.device(),
            status.links() > 1 ? status.inode() : 0));
  }

  private FileNode node(String path, int kind, int mode, long size, long mtime, Identity identity)
      throws IOException {
    String link = "";
    if (kind == FileStatus.S_IFLNK) {
      link = files.link(path);
    }
    return new FileNode(type(kind), mode, 0, 0, size, mtime, link, identity);
  }

  private static FileNode.Type type(int kind) {
    return switch (kind) {
      case FileStatus.S_IFDIR -> FileNode.Type.DIRECTORY;
      case FileStatus.S_IFLNK -> FileNode.Type.SYMLINK;
      case FileStatus.S_IFCHR -> FileNode.Type.CHARACTER_DEVICE;
      case FileStatus.S_IFBLK -> FileNode.Type.BLOCK_DEVICE;
      case FileStatus.S_IFIFO -> FileNode.Type.FIFO;
      case FileStatus.S_IFSOCK -> FileNode.Type.SOCKET;
      default -> FileNode.Type.FILE;
    };
  }

  private Identity identity(String path, int mode, long deviceNumber, long sharedInode)
      throws IOException {
    int kind = mode & FileStatus.S_IFMT;
    boolean device = kind == FileStatus.S_IFCHR || kind == FileStatus.S_IFBLK;
    long inode = kind == FileStatus.S_IFDIR ? 0 : sharedInode;
    byte[] capability = null;
    if (kind == FileStatus.S_IFREG && (mode & EXECUTE) != 0) {
      capability = files.attribute(path, CAPABILITY);
    }
    if (!device && inode == 0 && capability == null) {
      return Identity.PLAIN;
    }
    return new Identity(
        device ? deviceNumber : 0,
        inode,
        capability == null ? Map.of() : Map.of(CAPABILITY, capability));
  }

  @Override
  public InputStream open(String path) throws IOException {
    return new UnchangingInput(this, openFile(path), path);
  }

  /** Opens a file for somebody who looks himself whether it changes, and closes it. */
  OpenFile openFile(String path) throws IOException {
    return new OpenFile(files, files.open(path));
  }

  /** Hashes a file as {@link NativeSha256#file} does. */
  void hash(String path, byte[] into, int offset, long[] stamp) throws IOException {
    files.hash(path, into, offset, stamp);
  }

  @Override
  public long copy(String path, long length, ByteSink sink) throws IOException {
    Stamp before = stamp(path);
    ByteBuffer space = sink.space();
    if (length > space.remaining()) {
      return copyLarge(path, length, sink);
    }
    long[] read = new long[5];
    files.read(path, space, (int) length, read);
    if (before == null || !before.is(read, 1)) {
      throw changing(path);
    }
    return read[0];
  }

  private long copyLarge(String path, long length, ByteSink sink) throws IOException {
    Stamp before = stamp(path);
    try (OpenFile file = openFile(path)) {
      long copied = file.copy(length, sink);
      if (!file.stamp().equals(before)) {
        throw changing(path);
      }
      return copied;
    }
  }

  /** What is said of a file that somebody writes to while the build reads it. */
  IOException changing(String path) {
    return new IOException(
        "\"%s\" changes while it is read; stop what writes to it, or exclude it by .dockerignore"
            .formatted(root + path));
  }

  @Override
  public Optional<Path> hostPath(String path) {
    return files.hostPath(path);
  }

  @Override
  public void close() throws IOException {
    ahead.close();
    files.close();
  }
}
