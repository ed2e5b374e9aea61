package dev.wadah.build.files;

import java.util.Arrays;

/** Items of a content key, one behind the other; and the modes that belong to them. */
public final class KeyItems {
  private static final int BYTES = 1 << 16;

  /** Two for each item, of which none is shorter than its hash. */
  private static final int MODE_BYTES = BYTES / DigestedTree.HASH_BYTES;

  private final byte[] bytes = new byte[BYTES];
  private final byte[] modes = new byte[MODE_BYTES];
  private int used;
  private int usedModes;

  /** No items. */
  public KeyItems() {}

  /** What was gathered. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Taken(byte[] bytes, byte[] modes) {}

  /** Where further items are written, from {@link #used} on. */
  public byte[] bytes() {
    return bytes;
  }

  public int used() {
    return used;
  }

  /** Where their modes are written, two bytes each, from {@link #usedModes} on. */
  public byte[] modes() {
    return modes;
  }

  public int usedModes() {
    return usedModes;
  }

  /** Counts what was written. */
  public void used(int end, int endOfModes) {
    used = end;
    usedModes = endOfModes;
  }

  /** Takes all items out. */
  Taken takeAll() {
    Taken all = new Taken(Arrays.copyOf(bytes, used), Arrays.copyOf(modes, usedModes));
    used(0, 0);
    return all;
  }
}
