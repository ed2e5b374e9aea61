package dev.wadah.cli.progress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Cuts bytes into lines. A line without an end is held back until more comes or {@link #finish};
 * one that is too long is cut, so that memory stays small whatever a step prints.
 */
final class Lines {
  /** The longest line that is held back, in bytes. */
  static final int LONGEST = 16 * 1024;

  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private final Consumer<String> sink;

  Lines(Consumer<String> sink) {
    this.sink = sink;
  }

  void add(byte[] bytes) {
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' || held.size() + i - from >= LONGEST) {
        boolean end = bytes[i] == '\n';
        held.write(bytes, from, i - from);
        flush();
        from = end ? i + 1 : i;
      }
    }
    held.write(bytes, from, bytes.length - from);
  }

  void finish() {
    if (held.size() > 0) {
      flush();
    }
  }

  private void flush() {
    String line = held.toString(StandardCharsets.UTF_8);
    held.reset();
    sink.accept(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
  }
}
