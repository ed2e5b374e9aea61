package dev.wadah.cli.progress;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A terminal's size and abilities.
 *
 * @param columns width in characters
 * @param rows height in lines
 * @param color whether colours may be used
 */
record Screen(int columns, int rows, boolean color) {
  private static final int USUAL_COLUMNS = 80;
  private static final int USUAL_ROWS = 24;

  /** What the environment says, else what the terminal says, else 80 by 24. */
  static Screen of(Map<String, String> environment) {
    boolean color =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
    int columns = number(environment.get("COLUMNS"));
    int rows = number(environment.get("LINES"));
    if (columns == 0 || rows == 0) {
      String[] size = askTerminal().strip().split(" ", -1);
      if (size.length == 2) {
        rows = rows == 0 ? number(size[0]) : rows;
        columns = columns == 0 ? number(size[1]) : columns;
      }
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

  /** Output of stty size: rows and columns; empty where there is no stty or no terminal. */
  private static String askTerminal() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new java.io.File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (stty.waitFor(1, TimeUnit.SECONDS) && stty.exitValue() == 0) {
        return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      }
    } catch (IOException e) {
      // No stty on this machine: the usual size is used.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }
}
