package dev.wadah.cli.progress;

import dev.wadah.posix.Processes;
import java.util.Map;

/**
 * A terminal's size and abilities.
 *
 * @param columns width in characters
 * @param rows height in lines
 * @param color whether colours may be used
 */
public record Screen(int columns, int rows, boolean color) {
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  /** What the environment says, else what the terminal says, else 80 by 24. */
  public static Screen of(Map<String, String> environment) {
    boolean color =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
    int columns = number(environment.get("COLUMNS"));
    int rows = number(environment.get("LINES"));
    if (columns == 0 || rows == 0) {
      int size = askTerminal();
      rows = rows == 0 ? size >> 16 : rows;
      columns = columns == 0 ? size & 0xffff : columns;
    }
    return new Screen(columns == 0 ? USUAL_COLUMNS : columns, rows == 0 ? USUAL_ROWS : rows, color);
  }

  private static int number(String text) {
    try {
      return text == null ? 0 : Math.max(0, Integer.parseInt(text.strip()));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** What the first of standard error, output and input says that is a terminal; 0 for none. */
  private static int askTerminal() {
    for (int descriptor = 2; descriptor >= 0; descriptor--) {
      int size = Processes.terminalSize(descriptor);
      if (size != 0) {
        return size;
      }
    }
    return 0;
  }
}
