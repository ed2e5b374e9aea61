package dev.wadah.layer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Makes tar archives entry by entry, with any nonsense that a test wants in them. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarBytes file(String name, String content) {
    return entry('0', name, "", content.getBytes(StandardCharsets.UTF_8));
  }

  TarBytes directory(String name) {
    return entry('5', name, "", new byte[0]);
  }

  TarBytes symlink(String name, String target) {
    return entry('2', name, target, new byte[0]);
  }

  TarBytes hardLink(String name, String target) {
    return entry('1', name, target, new byte[0]);
  }

  TarBytes device(char type, String name, int major, int minor) {
    byte[] block = header(type, name, "", 0);
    octal(block, 329, 8, major);
    octal(block, 337, 8, minor);
    return block(block);
  }

  /** A PAX header for the entry that follows; values are written as Latin-1, byte for byte. */
  TarBytes pax(String... keysAndValues) {
    StringBuilder records = new StringBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String rest = " " + keysAndValues[i] + "=" + keysAndValues[i + 1] + "\n";
      int length = rest.length() + 1;
      while (Integer.toString(length).length() + rest.length() != length) {
        length++;
      }
      records.append(length).append(rest);
    }
    return entry('x', "pax", "", records.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  TarBytes entry(char type, String name, String link, byte[] content) {
    block(header(type, name, link, content.length));
    out.writeBytes(content);
    out.writeBytes(new byte[-content.length & 511]);
    return this;
  }

  /** A header block as it is; its check sum is made right. */
  TarBytes block(byte[] block) {
    java.util.Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xFF;
    }
    octal(block, 148, 7, sum);
    out.writeBytes(block);
    return this;
  }

  static byte[] header(char type, String name, String link, long size) {
    byte[] block = new byte[512];
    put(block, 0, name);
    octal(block, 100, 8, type == '5' ? 0755 : 0644);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, 1_000_000_000);
    block[156] = (byte) type;
    put(block, 157, link);
    put(block, 257, "ustar\00000");
    return block;
  }

  static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  static void octal(byte[] block, int at, int width, long value) {
    put(block, at, ("%0" + (width - 1) + "o").formatted(value) + "\0");
  }

  /** The archive with its end. */
  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[1024]);
    return whole.toByteArray();
  }

  /** The archive without its end. */
  byte[] unfinished() {
    return out.toByteArray();
  }
}
