package dev.wadah.posix;

import java.nio.charset.StandardCharsets;

/**
 * File names between bytes and Strings, in the form that the package describes; every byte string
 * has exactly one String. Independent of the locale.
 */
public final class PathBytes {
  private PathBytes() {}

  /**
   * The bytes of a name.
   *
   * @throws IllegalArgumentException if a surrogate in it stands for no byte
   */
  public static byte[] encode(String name) {
    int length = name.length();
    for (int i = 0; i < length; i++) {
      if (name.charAt(i) >= 0xD800) {
        return encodeSurrogates(name);
      }
    }
    return name.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] encodeSurrogates(String name) {
    byte[] bytes = new byte[name.length() * 3];
    int at = 0;
    for (int i = 0; i < name.length(); ) {
      int point = name.codePointAt(i);
      i += Character.charCount(point);
      if (point >= 0xDC80 && point <= 0xDCFF) {
        bytes[at++] = (byte) point;
      } else if (point >= 0xD800 && point <= 0xDFFF) {
        throw new IllegalArgumentException("no file name: a surrogate that stands for no byte");
      } else {
        byte[] one = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(one, 0, bytes, at, one.length);
        at += one.length;
      }
    }
    return java.util.Arrays.copyOf(bytes, at);
  }

  /** The String for these bytes. */
  public static String decode(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] < 0) {
        return decodeWide(bytes, offset, offset + length);
      }
    }
    return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
  }

  private static String decodeWide(byte[] bytes, int offset, int end) {
    StringBuilder name = new StringBuilder(end - offset);
    for (int i = offset; i < end; ) {
      int length = sequence(bytes, i, end);
      if (length == 0) {
        name.append((char) (0xDC00 | (bytes[i] & 0xFF)));
        i++;
      } else if (length == 1) {
        name.append((char) bytes[i]);
        i++;
      } else {
        int point = bytes[i] & (0xFF >> (length + 1));
        for (int k = 1; k < length; k++) {
          point = point << 6 | (bytes[i + k] & 0x3F);
        }
        name.appendCodePoint(point);
        i += length;
      }
    }
    return name.toString();
  }

  /** Length of the well-formed UTF-8 sequence at {@code i}, 0 when there is none (RFC 3629). */
  private static int sequence(byte[] bytes, int i, int end) {
    int first = bytes[i] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > end) {
      return 0;
    }
    for (int k = 1; k < length; k++) {
      if ((bytes[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = bytes[i + 1] & 0xFF;
    boolean overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    boolean outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
  }

  /** Compares two names by their bytes. */
  public static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char c = a.charAt(i);
      char d = b.charAt(i);
      if (c != d) {
        return c < 0x80 && d < 0x80 ? c - d : compareBytes(a, b);
      }
    }
    return a.length() - b.length();
  }

  private static int compareBytes(String a, String b) {
    return java.util.Arrays.compareUnsigned(encode(a), encode(b));
  }

  /**
   * Compares two paths as a walk meets them: a directory, then all that is in it, then its next
   * sibling, siblings by their bytes. That is the order of bytes with {@code /} below all others.
   */
  public static int comparePaths(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char c = a.charAt(i);
      char d = b.charAt(i);
      if (c != d) {
        if (c == '/' || d == '/') {
          return c == '/' ? -1 : 1;
        }
        // Not from within a surrogate pair.
        int from = i > 0 && Character.isHighSurrogate(a.charAt(i - 1)) ? i - 1 : i;
        return c < 0x80 && d < 0x80 ? c - d : compareBytes(a.substring(from), b.substring(from));
      }
    }
    return a.length() - b.length();
  }
}
