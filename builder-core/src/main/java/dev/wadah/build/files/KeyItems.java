package dev.wadah.build.files;

import java.util.Arrays;

/** Items of a content key, one behind the other. */
public final class KeyItems {
  private static final int BYTES = 1 << 16;

  private final byte[] bytes = new byte[BYTES];
  private int used;

  /** No items. */
  public KeyItems() {}

  /** Where further items are written, from {@link #used} on. */
  public byte[] bytes() {
    return bytes;
  }

  public int used() {
    return used;
  }

  /** Counts what was written. */
  public void used(int end) {
    used = end;
  }

  /** Takes all items out. */
  byte[] takeAll() {
    byte[] all = Arrays.copyOf(bytes, used);
    used = 0;
    return all;
  }
}
