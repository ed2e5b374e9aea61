package dev.wadah.cli.image;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Columns as docker aligns them: at least ten wide, three blanks between, the last one open. */
public final class Table {
  private static final int NARROWEST = 10;
  private static final int GAP = 3;

  private final List<String[]> rows = new ArrayList<>();

  /** Adds a row. */
  public Table add(String... cells) {
    rows.add(cells);
    return this;
  }

  /** Prints all rows. */
  public void print(PrintStream out) {
    int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    int[] widths = new int[columns];
    for (String[] row : rows) {
      // The last cell of a row does not count for its column.
      for (int i = 0; i < row.length - 1; i++) {
        widths[i] = Math.max(widths[i], Math.max(NARROWEST, row[i].length() + GAP));
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length - 1; i++) {
        line.append(row[i]).append(" ".repeat(widths[i] - row[i].length()));
      }
      out.println(line.append(row.length == 0 ? "" : row[row.length - 1]));
    }
  }
}
