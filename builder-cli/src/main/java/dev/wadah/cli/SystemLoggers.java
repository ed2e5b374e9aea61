package dev.wadah.cli;

import java.text.MessageFormat;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.logging.LogRecord;

/**
 * What the JVM's own libraries log: by {@code java.util.logging}, as they would without this class,
 * which is loaded when there is something to log.
 *
 * <p>It is here to be found. The HTTP client, TLS and {@code System.exit} ask for a logger before
 * they know that they will have nothing to say, and the JVM then looks for a finder of loggers in
 * every jar of the class path, which takes 40 ms. This one is in the first, and the list of it also
 * in the second (services.jar), since the JVM looks for one list more than it needs.
 */
public class SystemLoggers extends System.LoggerFinder {
  /**
   * Never made, but second in the list of finders: having found one, the JVM looks whether there is
   * another, and would look in all the other jars.
   */
  public static final class Second extends SystemLoggers {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Quiet(name);
  }

  /** A logger of what is worth a word without being asked for: level INFO and above. */
  private record Quiet(String name) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level != Level.OFF && level.getSeverity() >= Level.INFO.getSeverity();
    }

    @Override
    public void log(Level level, ResourceBundle texts, String message, Throwable thrown) {
      if (isLoggable(level)) {
        LogRecord log = new LogRecord(java(level), localized(texts, message));
        log.setThrown(thrown);
        print(log);
      }
    }

    @Override
    public void log(Level level, ResourceBundle texts, String format, Object... parameters) {
      if (isLoggable(level)) {
        String text = localized(texts, format);
        boolean plain = parameters == null || parameters.length == 0;
        print(new LogRecord(java(level), plain ? text : MessageFormat.format(text, parameters)));
      }
    }

    private void print(LogRecord log) {
      log.setLoggerName(name);
      java.util.logging.Logger.getLogger(name).log(log);
    }

    private static java.util.logging.Level java(Level level) {
      return switch (level) {
        case ERROR -> java.util.logging.Level.SEVERE;
        case WARNING -> java.util.logging.Level.WARNING;
        default -> java.util.logging.Level.INFO;
      };
    }

    private static String localized(ResourceBundle texts, String key) {
      if (texts == null || key == null) {
        return key;
      }
      try {
        return texts.getString(key);
      } catch (MissingResourceException e) {
        // As java.util.logging does: what has no translation is the message itself.
        return key;
      }
    }
  }
}
