package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.ServiceLoader;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class SystemLoggersTest {
  private static final String NAME = "dev.wadah.cli.SystemLoggersTest";

  /** Two, since the JVM asks whether there is a second, and opens all jars when there is none. */
  @Test
  void isFoundAndFollowedByAnother() {
    assertThat(ServiceLoader.load(System.LoggerFinder.class).stream())
        .extracting(provider -> (Object) provider.type())
        .containsExactly(SystemLoggers.class, SystemLoggers.Second.class);
  }

  @Test
  void passesOnWhatIsWorthAWord() {
    List<LogRecord> heard = new ArrayList<>();
    Logger target = Logger.getLogger(NAME);
    target.setUseParentHandlers(false);
    target.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord log) {
            heard.add(log);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    System.Logger logger = new SystemLoggers().getLogger(NAME, Object.class.getModule());
    Exception cause = new Exception("cause");
    logger.log(System.Logger.Level.DEBUG, "not this");
    logger.log(System.Logger.Level.INFO, "{0} of {1}", "one", "two");
    logger.log(System.Logger.Level.ERROR, (ResourceBundle) null, "it broke", cause);

    assertThat(logger.isLoggable(System.Logger.Level.DEBUG)).isFalse();
    assertThat(heard)
        .extracting(log -> log.getLevel() + " " + log.getLoggerName() + " " + log.getMessage())
        .containsExactly("INFO " + NAME + " one of two", "SEVERE " + NAME + " it broke");
    assertThat(heard.get(1).getThrown()).isSameAs(cause);
  }
}
