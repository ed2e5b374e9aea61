package dev.wadah.layer.tar;

import dev.wadah.posix.ByteSums;
import dev.wadah.posix.PathBytes;

/** Fields of a 512-byte tar header block, as POSIX ustar, GNU and star lay them out. */
final class TarHeader {
  static final int BLOCK = 512;

  /** Where the modification time is, and its width. */
  static final int MTIME = 136;

  static final int MTIME_WIDTH = 12;

  private static final int SUM = 148;
  private static final int SUM_END = 156;

  private final byte[] bytes;
  private final int at;

  /** The block that starts at {@code at}. */
  TarHeader(byte[] bytes, int at) {
    this.bytes = bytes;
    this.at = at;
  }

  boolean isZero() {
    for (int i = at; i < at + BLOCK; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the check sum fits; its own field counts as spaces. */
  boolean hasValidSum() {
    long unsigned =
        8L * ' '
            + ByteSums.sum(bytes, at, SUM)
            + ByteSums.sum(bytes, at + SUM_END, BLOCK - SUM_END);
    long written = number(SUM, SUM_END - SUM);
    return written == unsigned || written == unsigned - 256L * negative();
  }

  /** Some old programs summed signed bytes. */
  private int negative() {
    int negative = 0;
    for (int i = 0; i < BLOCK; i++) {
      if (bytes[at + i] < 0 && (i < SUM || i >= SUM_END)) {
        negative++;
      }
    }
    return negative;
  }

  byte typeFlag() {
    return bytes[at + 156];
  }

  /** Name with the prefix that ustar and star put elsewhere; GNU keeps times there. */
  String name() {
    String name = text(0, 100);
    int prefixLength = prefixLength();
    String prefix = prefixLength == 0 ? "" : text(345, prefixLength);
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private int prefixLength() {
    boolean ustar = startsWith(257, "ustar\0");
    return !ustar ? 0 : startsWith(508, "tar\0") ? 131 : 155;
  }

  private boolean startsWith(int offset, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (bytes[at + offset + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  String link() {
    return text(157, 100);
  }

  long mode() {
    return number(100, 8);
  }

  long uid() {
    return number(108, 8);
  }

  long gid() {
    return number(116, 8);
  }

  long sizeBytes() {
    return number(124, 12);
  }

  long mtimeSeconds() {
    return number(MTIME, MTIME_WIDTH);
  }

  long major() {
    return number(329, 8);
  }

  long minor() {
    return number(337, 8);
  }

  /** A NUL-ended or full field. */
  String text(int offset, int length) {
    int end = 0;
    while (end < length && bytes[at + offset + end] != 0) {
      end++;
    }
    return PathBytes.decode(bytes, at + offset, end);
  }

  /**
   * A number, octal or base-256.
   *
   * @return Long.MIN_VALUE for what is no number or does not fit
   */
  long number(int offset, int length) {
    int first = bytes[at + offset];
    if (first < 0) {
      return base256(offset, length);
    }
    int i = at + offset;
    int end = i + length;
    while (i < end && (bytes[i] == ' ' || bytes[i] == 0)) {
      i++;
    }
    long value = 0;
    for (; i < end && bytes[i] != ' ' && bytes[i] != 0; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 7) {
        return Long.MIN_VALUE;
      }
      value = value << 3 | digit;
    }
    return value;
  }

  /** Two's complement, big-endian, with the top bit as the mark (GNU tar "Extensions to POSIX"). */
  private long base256(int offset, int length) {
    int first = bytes[at + offset] & 0x7F;
    long value = (first & 0x40) != 0 ? first - 0x80 : first;
    for (int i = 1; i < length; i++) {
      if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
        return Long.MIN_VALUE;
      }
      value = value << 8 | (bytes[at + offset + i] & 0xFF);
    }
    return value;
  }
}
