package dev.wadah.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.cli.Golden;
import dev.wadah.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays recorded events to every display: testdata/cli/progress. A line is the time in milliseconds
 * and an event: planned N, start N NAME, out N STREAM TEXT, move N WHAT DONE TOTAL, reading N FILES
 * BYTES, read N FILES BYTES, end N OUTCOME MILLIS [ERROR], draw.
 */
class DisplayTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final List<String> names = new ArrayList<>();
  private long nanos;

  static Stream<Path> recordings() {
    return Golden.files("progress", ".events").stream();
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void printsPlainLines(Path recording) throws IOException {
    play(recording, new PlainDisplay(out, () -> nanos));
    check(recording, ".plain");
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void printsBuildKitsJson(Path recording) throws IOException {
    play(recording, new RawJsonDisplay(out, clock()));
    check(recording, ".rawjson");
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void drawsOnASmallTerminal(Path recording) throws IOException {
    play(recording, new LiveDisplay(out, () -> new Screen(60, 8, true), () -> nanos));
    check(recording, ".tty");
  }

  @Test
  void drawsOverLinesThatANarrowerWindowHasWrapped() {
    AtomicInteger columns = new AtomicInteger(60);
    LiveDisplay display =
        new LiveDisplay(out, () -> new Screen(columns.get(), 20, true), () -> nanos);
    names.add("1 a step");
    display.started(vertex("1"));
    display.draw();
    bytes.reset();
    columns.set(20);
    display.draw();
    // a heading of 27 characters takes two rows now, the step's line of 60 three
    assertThat(bytes.toString(StandardCharsets.UTF_8)).startsWith("\u001b[5A\r[+] Building");
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void printsNothingWhenSilent(Path recording) throws IOException {
    play(recording, Display.open(Display.Mode.NONE, out, java.util.Map.of()));
    assertThat(bytes.size()).isZero();
  }

  private void check(Path recording, String ending) throws IOException {
    String name = recording.getFileName().toString().replace(".events", ending);
    Golden.check(
        recording.resolveSibling(name),
        bytes.toString(StandardCharsets.UTF_8).replace("\u001b", "^[").replace("\r", "^M"));
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return Instant.ofEpochSecond(1_700_000_000).plusNanos(nanos);
      }
    };
  }

  private void play(Path recording, Display display) throws IOException {
    for (String line : Files.readAllLines(recording)) {
      String[] words = line.split(" ", 4);
      nanos = Long.parseLong(words[0]) * 1_000_000;
      switch (words[1]) {
        case "planned" -> planned(display, Integer.parseInt(words[2]));
        case "start" -> {
          names.add(words[2] + " " + words[3]);
          display.started(vertex(words[2]));
        }
        case "out" -> display.output(vertex(words[2]), stream(words[3]), text(words[3]));
        case "move" -> move(display, vertex(words[2]), words[3].split(" "));
        case "reading" -> {
          String[] counts = words[3].split(" ", -1);
          display.reading(vertex(words[2]), Long.parseLong(counts[0]), Long.parseLong(counts[1]));
        }
        case "read" -> {
          String[] counts = words[3].split(" ", -1);
          display.read(vertex(words[2]), Long.parseLong(counts[0]), Long.parseLong(counts[1]));
        }
        case "end" -> end(display, vertex(words[2]), words[3].split(" ", 3));
        case "draw" -> {
          if (display instanceof LiveDisplay live) {
            live.draw();
          }
        }
        default -> throw new IllegalArgumentException(line);
      }
    }
    display.close();
  }

  private void planned(Display display, int count) {
    List<VertexName> vertices = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      vertices.add(vertex(Integer.toString(i)));
    }
    display.planned(vertices);
  }

  private VertexName vertex(String number) {
    String name =
        names.stream()
            .filter(n -> n.startsWith(number + " "))
            .map(n -> n.substring(number.length() + 1))
            .findFirst()
            .orElse("step " + number);
    List<Digest> inputs = number.equals("1") ? List.of() : List.of(digest("1"));
    return new VertexName(digest(number), name, inputs);
  }

  private static Digest digest(String number) {
    return Digest.of(number.getBytes(StandardCharsets.UTF_8));
  }

  private static int stream(String rest) {
    return Integer.parseInt(rest.substring(0, 1));
  }

  private static byte[] text(String rest) {
    return rest.substring(2)
        .replace("\\n", "\n")
        .replace("\\r", "\r")
        .replace("\\t", "\t")
        .replace("\\e", "\u001b")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void move(Display display, VertexName vertex, String[] words) {
    display.transferred(vertex, words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
  }

  private static void end(Display display, VertexName vertex, String[] words) {
    display.finished(
        vertex,
        Outcome.valueOf(words[0]),
        Duration.ofMillis(Long.parseLong(words[1])),
        words.length > 2 ? Optional.of(words[2]) : Optional.empty());
  }
}
