package dev.wadah.maven;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.SystemStreamLog;

/** The process of a goal: an order on standard input, lines of what is told on standard output. */
public final class GoalMain {
  private GoalMain() {}

  /**
   * What is to be done.
   *
   * @param properties of the system, as in Maven's JVM
   * @param goal the fields of a {@link BuildMojo}
   */
  record Order(Map<String, String> properties, JsonNode goal) {}

  /** What a line is. After the last two no other comes. */
  enum Told {
    INFO,
    WARNING,
    ERROR,
    /** The build failed; the user can do something about it. */
    FAILURE,
    /** The goal could not be run. */
    FAULT
  }

  /** Sees fields, as Maven does. */
  static ObjectMapper mapper() {
    return new ObjectMapper()
        .setVisibility(PropertyAccessor.ALL, Visibility.NONE)
        .setVisibility(PropertyAccessor.CREATOR, Visibility.ANY)
        .setVisibility(PropertyAccessor.FIELD, Visibility.ANY);
  }

  /** Builds as ordered; to be started by {@link GoalProcess}. */
  public static void main(String[] arguments) throws IOException {
    Lines lines = new Lines(System.out, mapper());
    System.setOut(System.err); // whatever else is printed is no line
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Order order = mapper().readValue(in.readLine(), Order.class);
    order.properties().forEach(System::setProperty);
    endWith(in);
    BuildMojo goal = mapper().readerForUpdating(new BuildMojo()).readValue(order.goal());
    goal.setLog(lines);
    try {
      goal.build();
    } catch (MojoFailureException e) {
      lines.tell(Told.FAILURE, e.getMessage());
    } catch (MojoExecutionException e) {
      lines.tell(Told.FAULT, e.getMessage());
    }
    System.exit(0);
  }

  /** When Maven dies, nobody wants the image any more. */
  private static void endWith(BufferedReader in) {
    Thread watch =
        new Thread(
            () -> {
              try {
                while (in.read() >= 0) {
                  // Nothing else is ordered.
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                System.exit(1);
              }
            },
            "end of Maven");
    watch.setDaemon(true);
    watch.start();
  }

  /** Maven's log, told line by line; a message of several lines is one line of JSON. */
  private static final class Lines extends SystemStreamLog {
    private final PrintStream out;
    private final ObjectMapper mapper;

    Lines(PrintStream out, ObjectMapper mapper) {
      this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
      this.mapper = mapper;
    }

    void tell(Told told, CharSequence text) {
      try {
        String line = mapper.writeValueAsString(Map.of("told", told.name(), "text", text));
        synchronized (out) {
          out.println(line);
        }
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void info(CharSequence text) {
      tell(Told.INFO, text);
    }

    @Override
    public void warn(CharSequence text) {
      tell(Told.WARNING, text);
    }

    @Override
    public void error(CharSequence text) {
      tell(Told.ERROR, text);
    }
  }
}
