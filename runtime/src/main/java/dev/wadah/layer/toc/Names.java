package dev.wadah.layer.toc;

import java.util.Arrays;

/**
 * Tells whether a name came before, by 64 bits of it, which take 32 bytes of memory at most. Of ten
 * million layers with a million names each, one would have two that are taken for the same; it
 * would go without a list.
 */
final class Names {
  private long[] slots = new long[1 << 10];
  private int count;

  /** Adds a name; false when it is there already. How directories end makes no difference. */
  boolean add(String name) {
    if (2 * count >= slots.length) {
      long[] old = slots;
      slots = new long[2 * old.length];
      Arrays.stream(old).filter(hash -> hash != 0).forEach(this::put);
    }
    boolean isNew = put(hash(name));
    count += isNew ? 1 : 0;
    return isNew;
  }

  private boolean put(long hash) {
    int mask = slots.length - 1;
    int at = (int) (hash >>> 20) & mask;
    while (slots[at] != 0) {
      if (slots[at] == hash) {
        return false;
      }
      at = (at + 1) & mask;
    }
    slots[at] = hash;
    return true;
  }

  /** FNV-1a over the characters between slashes, mixed; never 0. */
  private static long hash(String name) {
    long hash = 0xcbf29ce484222325L;
    int length = name.length();
    for (int i = 0; i < length; ) {
      int end = name.indexOf('/', i);
      end = end < 0 ? length : end;
      boolean counts = end > i && !(end == i + 1 && name.charAt(i) == '.');
      for (int k = i; counts && k < end; k++) {
        hash = (hash ^ name.charAt(k)) * 0x100000001b3L;
      }
      hash = counts ? (hash ^ '/') * 0x100000001b3L : hash;
      i = end + 1;
    }
    hash = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
    hash ^= hash >>> 29;
    return hash == 0 ? 1 : hash;
  }
}
