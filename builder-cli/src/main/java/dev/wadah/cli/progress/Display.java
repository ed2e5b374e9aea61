package dev.wadah.cli.progress;

import dev.wadah.build.BuildProgress;
import java.io.PrintStream;
import java.util.Map;

/** Shows the progress of one build. Closing it draws the last state and ends its thread. */
public interface Display extends BuildProgress, AutoCloseable {
  /** What stands before an explanation. */
  String NOT_CACHED = "not cached: ";

  @Override
  void close();

  /** How progress is shown. */
  enum Mode {
    TTY,
    PLAIN,
    RAWJSON,
    NONE
  }

  /**
   * Opens a display on {@code out}.
   *
   * @param environment for NO_COLOR, COLUMNS, LINES
   */
  static Display open(Mode mode, PrintStream out, Map<String, String> environment) {
    return switch (mode) {
      case TTY -> LiveDisplay.start(out, () -> Screen.of(environment));
      case PLAIN -> new PlainDisplay(out, System::nanoTime);
      case RAWJSON -> new RawJsonDisplay(out, java.time.Clock.systemUTC());
      case NONE -> new SilentDisplay();
    };
  }
}
