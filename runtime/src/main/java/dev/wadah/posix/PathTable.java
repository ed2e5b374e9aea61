package dev.wadah.posix;

import java.util.Arrays;

/**
 * Numbers for paths, in some twenty bytes and its name for each: what it is called, and the number
 * of the directory that it is in. The root is 0, a directory has a lower number than what is in it,
 * and no number goes away. Not for use by several threads while one of them gives numbers.
 */
public final class PathTable {
  private byte[] names = new byte[256];

  /** Where in {@link #names} a name ends; it begins where the one before ends. */
  private int[] ends = new int[16];

  private int[] parents = new int[16];

  /** Numbers by the hash of directory and name; at most half full, 0 where nothing is. */
  private int[] slots = new int[32];

  private int size = 1;

  /** How many numbers there are, the root's among them. */
  public int size() {
    return size;
  }

  /** The number of a path's directory; the root's is its own. */
  public int parent(int number) {
    return parents[number];
  }

  /** The number of a path; -1 when it has none. */
  public int find(String path) {
    byte[] bytes = PathBytes.encode(path);
    int at = 0;
    for (int start = 1; start < bytes.length; ) {
      int end = partEnd(bytes, start);
      at = slots[slot(at, bytes, start, end)];
      if (at == 0) {
        return -1;
      }
      start = end + 1;
    }
    return at;
  }

  /** The number of the longest path that has one, on the way down to {@code path}. */
  public int nearest(String path) {
    byte[] bytes = PathBytes.encode(path);
    int at = 0;
    for (int start = 1; start < bytes.length; ) {
      int end = partEnd(bytes, start);
      int next = slots[slot(at, bytes, start, end)];
      if (next == 0) {
        break;
      }
      at = next;
      start = end + 1;
    }
    return at;
  }

  /** The number of a path, given to it and to its directories where they have none. */
  public int make(String path) {
    byte[] bytes = PathBytes.encode(path);
    int at = 0;
    for (int start = 1; start < bytes.length; ) {
      int end = partEnd(bytes, start);
      int slot = slot(at, bytes, start, end);
      at = slots[slot] != 0 ? slots[slot] : add(slot, at, bytes, start, end);
      start = end + 1;
    }
    return at;
  }

  private static int partEnd(byte[] path, int start) {
    int end = start;
    while (end < path.length && path[end] != '/') {
      end++;
    }
    return end;
  }

  private int add(int slot, int parent, byte[] path, int start, int end) {
    int nameStart = ends[size - 1];
    int nameEnd = Math.addExact(nameStart, end - start);
    if (nameEnd > names.length) {
      names = Arrays.copyOf(names, grown(nameEnd));
    }
    System.arraycopy(path, start, names, nameStart, end - start);
    if (size == parents.length) {
      ends = Arrays.copyOf(ends, grown(size));
      parents = Arrays.copyOf(parents, grown(size));
    }
    ends[size] = nameEnd;
    parents[size] = parent;
    slots[slot] = size++;
    if (size > slots.length / 2) {
      widen();
    }
    return size - 1;
  }

  /** A length for an array that has become too short for {@code least}. */
  public static int grown(int least) {
    return (int) Math.min(Integer.MAX_VALUE - 8L, least + (least >> 1) + 16L);
  }

  private void widen() {
    slots = new int[slots.length * 2];
    for (int number = 1; number < size; number++) {
      slots[slot(parents[number], names, ends[number - 1], ends[number])] = number;
    }
  }

  /** Where the number of a name in a directory is, or would be. */
  private int slot(int parent, byte[] bytes, int start, int end) {
    int hash = parent * 0x9E3779B1;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + bytes[i];
    }
    hash *= 0x85EBCA6B;
    int slot = (hash ^ hash >>> 15) & (slots.length - 1);
    while (slots[slot] != 0 && !isAt(slots[slot], parent, bytes, start, end)) {
      slot = slot + 1 & (slots.length - 1);
    }
    return slot;
  }

  private boolean isAt(int number, int parent, byte[] bytes, int start, int end) {
    return parents[number] == parent
        && Arrays.equals(names, ends[number - 1], ends[number], bytes, start, end);
  }

  /** The last part of a number's path. */
  public String name(int number) {
    return PathBytes.decode(names, ends[number - 1], ends[number] - ends[number - 1]);
  }

  /** The path of a number. */
  public String path(int number) {
    int length = 0;
    for (int at = number; at > 0; at = parents[at]) {
      length += 1 + ends[at] - ends[at - 1];
    }
    if (length == 0) {
      return "/";
    }
    byte[] path = new byte[length];
    int start = length;
    for (int at = number; at > 0; at = parents[at]) {
      int name = ends[at] - ends[at - 1];
      start -= name;
      System.arraycopy(names, ends[at - 1], path, start, name);
      path[--start] = '/';
    }
    return PathBytes.decode(path, 0, length);
  }

  /**
   * All numbers in canonical order ({@link PathBytes#comparePaths}): a directory, what is in it,
   * its next sibling.
   */
  public int[] walk() {
    Listing listing = listing();
    int[] order = new int[size];
    int[] waiting = new int[size];
    int count = 0;
    int last = 1; // the root waits
    while (last > 0) {
      int number = waiting[--last];
      order[count++] = number;
      for (int i = listing.starts[number + 1] - 1; i >= listing.starts[number]; i--) {
        waiting[last++] = listing.children[i];
      }
    }
    return order;
  }

  /** What is in each directory, for as long as no further number is given. */
  public Listing listing() {
    int[] starts = new int[size + 1];
    for (int number = 1; number < size; number++) {
      starts[parents[number] + 1]++;
    }
    for (int number = 0; number < size; number++) {
      starts[number + 1] += starts[number];
    }
    return new Listing(starts, children(starts));
  }

  /** The numbers in each directory, sorted by the bytes of their names; eight bytes for each. */
  public static final class Listing {
    private final int[] starts;
    private final int[] children;

    private Listing(int[] starts, int[] children) {
      this.starts = starts;
      this.children = children;
    }

    /** How many numbers are in a directory. */
    public int size(int directory) {
      return starts[directory + 1] - starts[directory];
    }

    /** A number in a directory; {@code index} counts from 0. */
    public int child(int directory, int index) {
      return children[starts[directory] + index];
    }
  }

  /** The numbers in each directory, sorted by their names; {@code starts} says where it begins. */
  private int[] children(int[] starts) {
    int[] children = new int[size];
    int[] next = Arrays.copyOf(starts, size);
    for (int number = 1; number < size; number++) {
      children[next[parents[number]]++] = number;
    }
    int[] spare = next; // of no more use, and long enough for any directory
    for (int number = 0; number < size; number++) {
      sort(children, starts[number], starts[number + 1], spare);
    }
    return children;
  }

  /** A merge sort of numbers by their names, in one pass where they are in order. */
  private void sort(int[] numbers, int start, int end, int[] spare) {
    if (end - start < 2) {
      return;
    }
    int middle = (start + end) >>> 1;
    sort(numbers, start, middle, spare);
    sort(numbers, middle, end, spare);
    if (compare(numbers[middle - 1], numbers[middle]) <= 0) {
      return;
    }
    System.arraycopy(numbers, start, spare, 0, middle - start);
    int left = 0;
    int right = middle;
    for (int to = start; left < middle - start; to++) {
      boolean fromRight = right < end && compare(numbers[right], spare[left]) < 0;
      numbers[to] = fromRight ? numbers[right++] : spare[left++];
    }
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(names, ends[a - 1], ends[a], names, ends[b - 1], ends[b]);
  }
}
