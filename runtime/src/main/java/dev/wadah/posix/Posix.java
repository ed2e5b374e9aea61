package dev.wadah.posix;

import java.io.FileDescriptor;
import java.nio.ByteBuffer;

/**
 * File system calls that Java lacks, one static method each.
 *
 * <p>A {@code path} is relative to the open directory {@code dir}, {@link #CWD} for the usual
 * meaning; its form is described in the package. No method follows a symbolic link in the last part
 * of a path. Owners are numbers as the kernel sees them, times are nanoseconds since 1970 (may be
 * negative), modes are the low twelve bits (07777) unless said otherwise. Every method throws
 * {@link PosixException} when the call fails. Safe for threads as the calls themselves are.
 */
public final class Posix {
  /** The directory that relative paths start from: the process's own. */
  public static final int CWD = -100;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0100;
  public static final int O_EXCL = 0200;
  public static final int O_TRUNC = 01000;
  public static final int O_NONBLOCK = 04000;
  public static final int O_DIRECTORY = isArm() ? 040000 : 0200000;
  public static final int O_NOFOLLOW = isArm() ? 0100000 : 0400000;

  /** Only a place in the tree, for which no right to read is needed. */
  public static final int O_PATH = 010000000;

  /**
   * A write through the page cache whose pages go to the disk at once and are free again when they
   * are there (pwritev2(2), Linux 6.14 and later); other kernels, and file systems that do not know
   * it, fail with EOPNOTSUPP.
   */
  public static final int RWF_DONTCACHE = 0x80;

  static {
    Natives.load();
  }

  private Posix() {}

  /** The two flags whose numbers are not the same everywhere. */
  private static boolean isArm() {
    return System.getProperty("os.arch").equals("aarch64");
  }

  /**
   * Attributes of a file, in the order that {@link FileStatus} names; null when there is no such
   * file or a parent is no directory.
   */
  public static native long[] stat(int dir, String path) throws PosixException;

  /**
   * When a file was made, nanoseconds since 1970, which no program can set; -1 where the file
   * system does not keep it. Tells a file from a later one that got its inode number.
   */
  public static native long birth(int dir, String path) throws PosixException;

  /** Names in a directory, in no order, without . and ..; null when it is no directory. */
  public static native String[] names(int dir, String path) throws PosixException;

  /** The target of a symbolic link. */
  public static native String readlink(int dir, String path) throws PosixException;

  public static native void symlink(String target, int dir, String path) throws PosixException;

  /** Gives the file {@code from} a further name. */
  public static native void link(int fromDir, String from, int dir, String path)
      throws PosixException;

  /**
   * Renames.
   *
   * @param flags 0, or 1 to fail with EEXIST instead of replacing
   */
  public static native void rename(int fromDir, String from, int dir, String path, int flags)
      throws PosixException;

  /** Makes a directory; the umask applies to {@code mode}. */
  public static native void mkdir(int dir, String path, int mode) throws PosixException;

  /**
   * Chooses a part of the disk for what is made next: on some file systems making files takes long
   * where many were just removed.
   *
   * @param room absolute; a directory for this alone, made when it is not there
   * @return the directory {@code room/N} for {@link #mkdirIn}; -1 where all parts are as good
   */
  public static native int choosePlace(String room);

  /** Makes a directory (0700) at {@code path} that lies on the disk where {@code place} lies. */
  public static native void mkdirIn(String place, String path) throws PosixException;

  /**
   * Makes a device, FIFO, socket or empty file.
   *
   * @param mode with the file type bits (S_IFMT); the umask applies
   * @param device as {@link #device} packs it; 0 for what is no device
   */
  public static native void mknod(int dir, String path, int mode, long device)
      throws PosixException;

  public static native void unlink(int dir, String path) throws PosixException;

  public static native void rmdir(int dir, String path) throws PosixException;

  /** Changes the mode; fails with EOPNOTSUPP for a symbolic link, which has none. */
  public static native void chmod(int dir, String path, int mode) throws PosixException;

  /** Changes the owner, of a symbolic link itself; clears setuid and setgid bits of files. */
  public static native void lchown(int dir, String path, int uid, int gid) throws PosixException;

  /** Sets modification and access time. */
  public static native void setModified(int dir, String path, long mtimeNanos)
      throws PosixException;

  /** An extended attribute; null when it is not there or the file system has none. */
  public static native byte[] getXattr(String path, String name) throws PosixException;

  public static native void setXattr(String path, String name, byte[] value) throws PosixException;

  /** Removes an extended attribute; idempotent. */
  public static native void removeXattr(String path, String name) throws PosixException;

  /** Names of extended attributes, in no order. */
  public static native String[] listXattrs(String path) throws PosixException;

  /** The number that a device file of this major and minor has. */
  public static native long device(int major, int minor);

  /** Opens a file; the result belongs to the stream that is made from it, which closes it. */
  public static native FileDescriptor open(int dir, String path, int flags, int mode)
      throws PosixException;

  /** Opens a directory; give the number to {@link #close}. */
  public static native int openDirectory(int dir, String path) throws PosixException;

  /**
   * Opens a path beneath a directory without following any link on the way: {@code ..} and links
   * fail with EXDEV or ELOOP (openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS; a walk where the
   * kernel lacks it). Give the number to {@link #close} or {@link #descriptor}.
   */
  public static native int openBeneath(int root, String path, int flags) throws PosixException;

  /** Closes what {@link #openDirectory} or {@link #openBeneath} opened. */
  public static native void close(int fd);

  /** Hands an open number over to a stream that will be made from the result. */
  public static native FileDescriptor descriptor(int fd);

  /**
   * Reads the beginning of a file in one call, at most {@code length} bytes; the number read, less
   * than {@code length} at the end of the file only.
   */
  public static native int readFile(int dir, String path, byte[] into, int offset, int length)
      throws PosixException;

  /**
   * A whole regular file of at most {@code limit} bytes, found as by {@link #openBeneath}; EFBIG
   * when it is longer.
   */
  public static native byte[] readBeneath(String root, String path, int limit)
      throws PosixException;

  /**
   * Reads the beginning of a file, found as by {@link #openBeneath}, into a direct buffer, and says
   * afterwards what it is: {@code {bytes read, size, mtime, ctime, inode}}.
   *
   * @param offset where in the buffer, whatever its position
   */
  public static native void readInto(
      int root, String path, ByteBuffer into, int offset, int length, long[] result)
      throws PosixException;

  /** Reads from an open file into a direct buffer; 0 at the end only. */
  public static native int read(int fd, ByteBuffer into, int offset, int length)
      throws PosixException;

  /**
   * Tells the kernel that a part of an open file will be read soon, and does not wait for it; where
   * that cannot be done nothing happens (posix_fadvise(2), POSIX_FADV_WILLNEED).
   *
   * @param ahead from where the file stands, in bytes
   */
  public static native void prefetch(int fd, long ahead, long length);

  /**
   * Opens an open file once more, for writes past the page cache (open(2), O_DIRECT): places,
   * lengths and addresses in memory must be multiples of the disk's blocks.
   *
   * @return -1 where that cannot be had
   */
  public static native int openDirect(int fd);

  /**
   * Writes all of a part of a direct buffer into an open file that has nothing there yet. Of 64 KiB
   * and more that are all zero it makes a hole, which at the end of the file is none: the last
   * piece must be shorter.
   *
   * @param flags 0 or {@link #RWF_DONTCACHE}
   */
  public static native void writeNew(
      int fd, ByteBuffer from, int offset, int length, long position, int flags)
      throws PosixException;

  /** Attributes of an open file, as {@link #stat} gives them. */
  public static native long[] statOpen(int fd) throws PosixException;

  /**
   * Creates a file, which must not be there, with content and attributes.
   *
   * @param attributes mode, uid, gid, modification time
   */
  public static native void putFile(
      int dir, String path, byte[] content, int offset, int length, long[] attributes)
      throws PosixException;

  /** Creates a file, which must not be there, with mode 0600, for writing; its descriptor. */
  public static native int create(int dir, String path) throws PosixException;

  /**
   * Gives an open new file its content and attributes, and closes it, whatever happens.
   *
   * @param attributes as for {@link #putFile}
   * @throws PosixException without a path
   */
  public static native void fill(int fd, byte[] content, int offset, int length, long[] attributes)
      throws PosixException;

  /** Gives an open file its owner, mode and modification time. */
  public static native void settle(FileDescriptor file, int mode, int uid, int gid, long mtimeNanos)
      throws PosixException;

  /**
   * Copies a whole open file into an empty one; shares the blocks where the file system can.
   *
   * @throws PosixException without a path
   */
  public static native void copy(FileDescriptor from, FileDescriptor to) throws PosixException;

  /** Removes a file or a tree, changing modes where they are in the way; idempotent. */
  public static native void removeTree(int dir, String path) throws PosixException;

  /**
   * Removes a regular file's name; what it takes on the disk is freed when the descriptor is
   * closed.
   *
   * @return a descriptor of no other use; -1 for what is no regular file, which stays
   */
  public static native int unlinkOpen(String path) throws PosixException;

  /** Whether two regular files hold the same bytes. */
  public static native boolean sameContent(String a, String b) throws PosixException;

  /**
   * Takes the lock that a file stands for, without waiting: -1 when somebody else (a process or
   * another call in this one) has it. The holder lets go by removing the file and then closing the
   * number; the kernel lets go when the process dies.
   */
  public static native int tryLock(String path) throws PosixException;

  /** Waits until all that was written to the file system of {@code path} is on the disk. */
  public static native void syncFileSystem(String path) throws PosixException;

  /**
   * Which kind of file system a file lies on, as statfs(2) numbers them; a network's or a program's
   * is asked.
   */
  public static native long fileSystem(String path) throws PosixException;

  public static native int user();

  public static native int effectiveUser();
}
