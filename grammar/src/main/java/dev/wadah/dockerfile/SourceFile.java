package dev.wadah.dockerfile;

import java.util.Optional;

/**
 * Name and text of a Dockerfile.
 *
 * @param name the name as the user knows it, used in messages only
 * @param text the whole text, with its own line ends and byte order mark
 */
public record SourceFile(String name, String text) {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /**
   * A line without its end and without a byte order mark.
   *
   * @param number 1-based
   * @return empty when the file has fewer lines
   */
  public Optional<String> line(int number) {
    int start = 0;
    for (int i = 1; i < number; i++) {
      int lineFeed = text.indexOf('\n', start);
      if (lineFeed < 0) {
        return Optional.empty();
      }
      start = lineFeed + 1;
    }
    int lineFeed = text.indexOf('\n', start);
    int end = lineFeed < 0 ? text.length() : lineFeed;
    if (number == 1 && end > 0 && text.charAt(0) == BYTE_ORDER_MARK) {
      start = 1;
    }
    while (end > start && text.charAt(end - 1) == '\r') {
      end--;
    }
    return Optional.of(text.substring(start, end));
  }
}
