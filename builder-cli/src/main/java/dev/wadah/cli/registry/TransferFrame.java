package dev.wadah.cli.registry;

import dev.wadah.cli.progress.Bytes;
import dev.wadah.cli.progress.Screen;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Lays out one picture of the layers that move; pure. All its characters are of width one. */
final class TransferFrame {
  private static final int LONGEST_BAR = 50;
  private static final int SHORTEST_BAR = 10;

  /** Room for the longest pair of sizes, such as {@code 999.99MB/999.99MB}, and blanks. */
  private static final int SIZES = 20;

  private TransferFrame() {}

  /**
   * A layer.
   *
   * @param name short digest
   * @param text what happens to it
   * @param done bytes moved; shown with a bar while it moves
   * @param total bytes in all
   */
  record Row(String name, String text, Phase phase, long done, long total) {}

  /** How interesting a layer is, most first. */
  enum Phase {
    MOVES,
    WAITS,
    ENDED
  }

  /**
   * The lines of a picture; each fits the screen's width, and all of them its height unless all is
   * over.
   *
   * @param rows in the image's order, which is kept
   */
  static List<String> lines(Collection<Row> rows, Screen screen, boolean over) {
    int room = Math.max(1, screen.rows() - 1);
    List<String> lines = new ArrayList<>();
    if (over || rows.size() <= room) {
      for (Row row : rows) {
        lines.add(line(row, screen.columns()));
      }
      return lines;
    }
    int left = room - 1;
    Map<Phase, Integer> quota = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      int count = (int) rows.stream().filter(row -> row.phase() == phase).count();
      quota.put(phase, Math.min(left, count));
      left -= Math.min(left, count);
    }
    for (Row row : rows) {
      if (quota.merge(row.phase(), -1, Integer::sum) >= 0) {
        lines.add(line(row, screen.columns()));
      }
    }
    long ended = rows.stream().filter(row -> row.phase() == Phase.ENDED).count();
    String rest = "%d of %d layers are done".formatted(ended, rows.size());
    lines.add(cut(rest, screen.columns()));
    return lines;
  }

  private static String line(Row row, int columns) {
    StringBuilder line = new StringBuilder(row.name()).append(": ").append(row.text());
    if (row.phase() == Phase.MOVES && row.total() > 0) {
      int bar = Math.min(LONGEST_BAR, columns - line.length() - SIZES - 4);
      if (bar >= SHORTEST_BAR) {
        line.append(' ');
        bar(line, row, bar);
      }
      String sizes = Bytes.text(Math.min(row.done(), row.total())) + "/" + Bytes.text(row.total());
      line.append(" ".repeat(Math.max(1, SIZES - sizes.length()))).append(sizes);
    }
    return cut(line.toString(), columns);
  }

  private static void bar(StringBuilder line, Row row, int width) {
    int filled = (int) (width * Math.min(1, (double) row.done() / row.total()));
    line.append('[').append("=".repeat(filled));
    if (filled < width) {
      line.append('>').append(" ".repeat(width - filled - 1));
    }
    line.append(']');
  }

  /** The last column stays free: some terminals begin a new line when it is written. */
  private static String cut(String line, int columns) {
    int most = Math.max(1, columns - 1);
    return line.length() <= most ? line : line.substring(0, most);
  }
}
