package dev.wadah.build.files;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** Paths in a file tree: absolute, {@code /}-separated, {@code /} being the root. */
public final class TreePath {
  /** The order of a canonical layer: by the bytes of the whole path. */
  public static final Comparator<String> BYTE_ORDER = TreePath::compareBytes;

  private static final char FIRST_SURROGATE = '\ud800';
  private static final char FIRST_BAD_BYTE = '\udc80';
  private static final char LAST_BAD_BYTE = '\udcff';

  private TreePath() {}

  /** {@code path} seen from the root, without empty parts, {@code .} and {@code ..}. */
  public static String clean(String path) {
    if (isClean(path)) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length() + 1);
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        out.setLength(Math.max(out.lastIndexOf("/"), 0));
      } else if (!part.isEmpty() && !part.equals(".")) {
        out.append('/').append(part);
      }
    }
    return out.length() == 0 ? "/" : out.toString();
  }

  private static boolean isClean(String path) {
    int length = path.length();
    if (length == 0 || path.charAt(0) != '/') {
      return false;
    }
    if (length == 1) {
      return true;
    }
    for (int i = 0; i < length; i++) {
      if (path.charAt(i) == '/') {
        // a part that is empty or begins with a dot gets the slow look
        if (i + 1 == length || path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.') {
          return false;
        }
      }
    }
    return true;
  }

  /** The directory that {@code path} is in; that of the root is the root. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /** The last part; empty for the root. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The path of {@code name} in the directory {@code path}. */
  public static String child(String path, String name) {
    return path.length() == 1 ? "/" + name : path + "/" + name;
  }

  /** {@code path} without the leading slash, as patterns see it. */
  public static String relative(String path) {
    return path.substring(1);
  }

  /**
   * The bytes of a name: UTF-8, where a lone surrogate U+DCNN stands for the byte 0xNN of a name
   * that is not UTF-8.
   */
  public static byte[] bytes(String path) {
    if (!hasBadByte(path)) {
      return path.getBytes(StandardCharsets.UTF_8);
    }
    byte[] out = new byte[path.length() * 3];
    int size = 0;
    for (int i = 0; i < path.length(); ) {
      int c = path.codePointAt(i);
      i += Character.charCount(c);
      if (c >= FIRST_BAD_BYTE && c <= LAST_BAD_BYTE) {
        out[size++] = (byte) c;
      } else {
        byte[] encoded = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, out, size, encoded.length);
        size += encoded.length;
      }
    }
    return Arrays.copyOf(out, size);
  }

  /** The name that these bytes are; the inverse of {@link #bytes}. */
  public static String text(byte[] bytes, int from, int to) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      return textWithBadBytes(bytes, from, to);
    }
  }

  private static String textWithBadBytes(byte[] bytes, int from, int to) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, to - from);
    CharBuffer out = CharBuffer.allocate(to - from);
    while (in.hasRemaining()) {
      CoderResult result = decoder.decode(in, out, true);
      for (int i = 0; result.isError() && i < result.length(); i++) {
        out.put((char) (FIRST_BAD_BYTE - 0x80 + (in.get() & 0xff)));
      }
    }
    return out.flip().toString();
  }

  private static boolean hasBadByte(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) >= FIRST_BAD_BYTE && path.charAt(i) <= LAST_BAD_BYTE) {
        return true;
      }
    }
    return false;
  }

  private static int compareBytes(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // below the surrogates the order of UTF-16 is that of UTF-8
        return x < FIRST_SURROGATE && y < FIRST_SURROGATE
            ? x - y
            : Arrays.compareUnsigned(bytes(a), bytes(b));
      }
    }
    return a.length() - b.length();
  }
}
