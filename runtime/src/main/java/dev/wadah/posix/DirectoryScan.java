package dev.wadah.posix;

import java.io.InterruptedIOException;
import java.util.Arrays;

/**
 * A directory as it was at one moment: its names, sorted by their bytes, and what lstat says of
 * each, packed, since a directory may hold a million files. Immutable.
 */
public final class DirectoryScan {
  private static final int FIELDS = 6;

  static {
    Natives.load();
  }

  private final byte[] names;
  private final int[] ends;
  private final long[] values;

  /** The three, as C takes them. */
  private final Object[] arrays;

  private DirectoryScan(Object[] arrays) {
    this.arrays = arrays;
    this.names = (byte[]) arrays[0];
    this.ends = (int[]) arrays[1];
    this.values = (long[]) arrays[2];
  }

  /**
   * Reads a directory. Interrupting the thread ends that soon.
   *
   * @param fd open for reading; stays open
   * @throws PosixException without a path
   * @throws InterruptedIOException if the thread was interrupted, which is looked at every few
   *     thousand names
   */
  public static DirectoryScan of(int fd) throws PosixException, InterruptedIOException {
    try {
      return new DirectoryScan(scan(fd));
    } catch (PosixException e) {
      if (e.errnoName().equals("EINTR")) {
        InterruptedIOException stop = new InterruptedIOException("reading a directory was stopped");
        stop.initCause(e);
        throw stop;
      }
      throw e;
    }
  }

  private static native Object[] scan(int fd) throws PosixException;

  Object[] arrays() {
    return arrays;
  }

  /** Number of names. */
  public int size() {
    return ends.length;
  }

  /** The name at {@code index}, from 0. */
  public String name(int index) {
    int start = start(index);
    return PathBytes.decode(names, start, ends[index] - start);
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /**
   * Where a name is.
   *
   * @param hint where it may well be; any number
   * @return its index, or a negative number when there is no such name
   */
  public int find(String name, int hint) {
    if (hint >= 0 && hint < ends.length && isAt(hint, name)) {
      return hint;
    }
    byte[] wanted = PathBytes.encode(name);
    int low = 0;
    int high = ends.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order =
          Arrays.compareUnsigned(names, start(middle), ends[middle], wanted, 0, wanted.length);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** Only says yes where that is plain: of names in ASCII. */
  private boolean isAt(int index, String name) {
    int start = start(index);
    int length = ends[index] - start;
    if (name.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      byte b = names[start + i];
      if (b < 0 || b != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The kind of file, one of the S_IF values of {@link FileStatus}. */
  public int type(int index) {
    return (int) values[index * FIELDS] & FileStatus.S_IFMT;
  }

  /**
   * Whether the file is an executable with a capability; also where that could not be found out.
   */
  public boolean mayBeCapable(int index) {
    return values[index * FIELDS] >>> Integer.SIZE != 0;
  }

  /** Permission bits, 07777. */
  public int mode(int index) {
    return (int) values[index * FIELDS] & 07777;
  }

  /** Of a device file the device that it stands for. */
  public long sizeBytes(int index) {
    return values[index * FIELDS + 1];
  }

  public long mtimeNanos(int index) {
    return values[index * FIELDS + 2];
  }

  public long ctimeNanos(int index) {
    return values[index * FIELDS + 3];
  }

  public long inode(int index) {
    return values[index * FIELDS + 4];
  }

  /** Number of names. */
  public long links(int index) {
    return values[index * FIELDS + 5];
  }
}
