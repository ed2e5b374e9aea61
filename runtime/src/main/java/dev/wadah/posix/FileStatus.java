package dev.wadah.posix;

/** What lstat says of a file; see {@link Posix#stat}. */
public final class FileStatus {
  /** The kinds of files within {@link #mode()}, S_IFMT and its values. */
  public static final int S_IFMT = 0170000;

  public static final int S_IFSOCK = 0140000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFBLK = 0060000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFCHR = 0020000;
  public static final int S_IFIFO = 0010000;

  /** What stands for the whiteout of a tree whose file system cannot hold one. */
  public static final FileStatus WHITEOUT = new FileStatus(whiteout());

  private final long[] values;

  private FileStatus(long[] values) {
    this.values = values;
  }

  private static long[] whiteout() {
    long[] values = new long[11];
    values[0] = S_IFCHR;
    values[7] = 1;
    return values;
  }

  /**
   * The attributes of a file; null when there is no such file.
   *
   * @param dir as in {@link Posix}
   * @throws PosixException if it cannot be looked at
   */
  public static FileStatus of(int dir, String path) throws PosixException {
    long[] values = Posix.stat(dir, path);
    return values == null ? null : new FileStatus(values);
  }

  /** As {@link #of(int, String)}, of an absolute path. */
  public static FileStatus of(String path) throws PosixException {
    return of(Posix.CWD, path);
  }

  /** The attributes of an open file. */
  public static FileStatus ofOpen(int fd) throws PosixException {
    return new FileStatus(Posix.statOpen(fd));
  }

  /** The kind of file, one of the S_IF values. */
  public int type() {
    return (int) values[0] & S_IFMT;
  }

  /** Permission bits, 07777. */
  public int mode() {
    return (int) values[0] & 07777;
  }

  public int uid() {
    return (int) values[1];
  }

  public int gid() {
    return (int) values[2];
  }

  public long sizeBytes() {
    return values[3];
  }

  public long mtimeNanos() {
    return values[4];
  }

  /** The device that a device file stands for. */
  public long device() {
    return values[5];
  }

  public long inode() {
    return values[6];
  }

  /** Number of names. */
  public long links() {
    return values[7];
  }

  /** The device that the file lies on. */
  public long fileSystem() {
    return values[8];
  }

  /** When content or attributes last changed, nanoseconds since 1970; cannot be set by programs. */
  public long ctimeNanos() {
    return values[9];
  }

  /**
   * What it takes on the disk: whole blocks, without holes; inline and shared blocks as counted.
   */
  public long diskBytes() {
    return values[10];
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isFile() {
    return type() == S_IFREG;
  }

  public boolean isSymlink() {
    return type() == S_IFLNK;
  }

  /** Whether this is an overlay whiteout, a character device 0:0. */
  public boolean isWhiteout() {
    return type() == S_IFCHR && device() == 0;
  }
}
