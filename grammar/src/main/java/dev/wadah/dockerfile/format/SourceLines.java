package dev.wadah.dockerfile.format;

import java.util.ArrayList;
import java.util.List;

/**
 * The physical lines of a file, 1-based.
 *
 * @param lines every line with its end, the byte order mark gone
 * @param end the line end of the first line: a line feed, or carriage return and line feed
 */
record SourceLines(List<String> lines, String end) {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  static SourceLines of(String text) {
    List<String> lines = new ArrayList<>();
    int start = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
    while (start < text.length()) {
      int lineFeed = text.indexOf('\n', start);
      int next = lineFeed < 0 ? text.length() : lineFeed + 1;
      lines.add(text.substring(start, next));
      start = next;
    }
    boolean windows = !lines.isEmpty() && lines.get(0).endsWith("\r\n");
    return new SourceLines(List.copyOf(lines), windows ? "\r\n" : "\n");
  }

  int count() {
    return lines.size();
  }

  String withEnd(int number) {
    return lines.get(number - 1);
  }

  /** A line without its end. */
  String text(int number) {
    String line = withEnd(number);
    int end = line.length();
    while (end > 0 && (line.charAt(end - 1) == '\n' || line.charAt(end - 1) == '\r')) {
      end--;
    }
    return line.substring(0, end);
  }
}
