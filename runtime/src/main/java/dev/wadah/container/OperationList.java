package dev.wadah.container;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the launcher is to do, step by step (docs/sandbox.md, "Operations"). Written by {@link
 * LaunchPlan}, printed for people by {@link #lines()}, sent to the launcher as {@link #toBytes()}.
 */
final class OperationList {
  private final List<String[]> operations = new ArrayList<>(128);

  /** Adds an operation; numbers and the like are given as {@code toString()} writes them. */
  OperationList add(String name, Object... arguments) {
    String[] words = new String[arguments.length + 1];
    words[0] = name;
    for (int i = 0; i < arguments.length; i++) {
      words[i + 1] = arguments[i].toString();
      if (words[i + 1].indexOf('\0') >= 0) {
        throw new IllegalArgumentException(
            "%s: an argument holds a NUL, which no system call can take".formatted(name));
      }
    }
    operations.add(words);
    return this;
  }

  /** An operation a line, its words parted by blanks. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(operations.size());
    for (String[] words : operations) {
      lines.add(String.join(" ", words).replace("\n", "\\n"));
    }
    return lines;
  }

  /** The form the launcher reads: the length in bytes as decimal text, then all words; NULs end. */
  byte[] toBytes() {
    ByteArrayOutputStream list = new ByteArrayOutputStream(8192);
    for (String[] words : operations) {
      for (String word : words) {
        encode(word, list);
        list.write(0);
      }
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(list.size() + 12);
    all.writeBytes(Integer.toString(list.size()).getBytes(StandardCharsets.US_ASCII));
    all.write(0);
    all.writeBytes(list.toByteArray());
    return all.toByteArray();
  }

  /** UTF-8, and the single byte 0xNN for each lone surrogate U+DCNN (see package posix). */
  private static void encode(String word, ByteArrayOutputStream to) {
    byte[] plain = word.getBytes(StandardCharsets.UTF_8);
    // A surrogate that stands for a byte becomes a question mark there.
    if (new String(plain, StandardCharsets.UTF_8).equals(word)) {
      to.writeBytes(plain);
      return;
    }
    int from = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (Character.isHighSurrogate(c)) {
        i++;
      } else if (c >= '\udc80' && c <= '\udcff') {
        to.writeBytes(word.substring(from, i).getBytes(StandardCharsets.UTF_8));
        to.write(c & 0xff);
        from = i + 1;
      }
    }
    to.writeBytes(word.substring(from).getBytes(StandardCharsets.UTF_8));
  }
}
