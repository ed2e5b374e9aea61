package dev.wadah.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Console;
import dev.wadah.cli.progress.Screen;
import dev.wadah.image.transfer.TransferProgress.State;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a pull and a push show: docker's lines, or a line for each layer on a terminal. */
class TransferDisplayTest {
  private static final long MIB = 1 << 20;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicReference<Screen> screen = new AtomicReference<>(new Screen(80, 24, false));

  private static Descriptor layer(int number, long size) {
    Digest digest = Digest.of(new byte[] {(byte) number, (byte) (number >> 8)});
    return Descriptor.of(MediaTypes.OCI_LAYER_GZIP, digest, size);
  }

  private static String name(int number) {
    return layer(number, 0).digest().abbreviated();
  }

  private String printed() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  /** What a terminal shows, its cursor moving as these bytes say; rows of any number. */
  private static List<String> shown(String text, int columns) {
    List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    int row = 0;
    int column = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r') {
        column = 0;
      } else if (c == '\n') {
        column = 0;
        row++;
      } else if (c == '\u001b') {
        int end = i + 2;
        while (!Character.isLetter(text.charAt(end))) {
          end++;
        }
        switch (text.charAt(end)) {
          case 'A' -> row -= Integer.parseInt(text.substring(i + 2, end));
          case 'K' -> rows.get(row).setLength(column);
          case 'J' -> rows.subList(row + 1, rows.size()).clear();
          default -> throw new AssertionError("an unknown sequence");
        }
        if (text.charAt(end) == 'J') {
          rows.get(row).setLength(column);
        }
        i = end;
      } else {
        StringBuilder line = rows.get(row);
        line.setLength(Math.max(line.length(), column + 1));
        line.setCharAt(column++, c);
        assertThat(column).as(line.toString()).isLessThan(columns);
      }
      while (rows.size() <= row) {
        rows.add(new StringBuilder());
      }
    }
    return rows.stream().map(StringBuilder::toString).filter(line -> !line.isEmpty()).toList();
  }

  @Test
  void printsALineForEachChangeAndNoneForBytes() {
    try (TransferDisplay lines = new TransferLines(TransferWords.PULL, out)) {
      lines.update(layer(1, 9), State.EXISTS, 9);
      lines.update(layer(2, MIB), State.PREPARING, 0);
      lines.update(layer(2, MIB), State.WAITING, 0);
      for (long at = 0; at < MIB; at += 4096) {
        lines.update(layer(2, MIB), State.MOVING, at);
      }
      lines.update(layer(2, MIB), State.VERIFYING, MIB);
      lines.update(layer(2, MIB), State.ARRIVED, MIB);
      lines.update(layer(2, MIB), State.DONE, MIB);
    }
    assertThat(printed().lines())
        .containsExactly(
            name(1) + ": Already exists",
            name(2) + ": Pulling fs layer",
            name(2) + ": Waiting",
            name(2) + ": Verifying Checksum",
            name(2) + ": Download complete",
            name(2) + ": Pull complete");
  }

  @Test
  void namesTheSiblingThatALayerWasTakenFrom() {
    try (TransferDisplay lines = new TransferLines(TransferWords.PUSH, out)) {
      lines.update(layer(1, 9), State.PREPARING, 0);
      lines.mounted(layer(1, 9), "team/base");
      lines.update(layer(2, 9), State.EXISTS, 9);
    }
    assertThat(printed().lines())
        .containsExactly(
            name(1) + ": Preparing",
            name(1) + ": Mounted from team/base",
            name(2) + ": Layer already exists");
  }

  @Test
  void rewritesALineInPlace() {
    TransferScreen display = new TransferScreen(TransferWords.PULL, out, screen::get);
    display.update(layer(1, 100 * MIB), State.PREPARING, 0);
    display.update(layer(2, 5), State.EXISTS, 5);
    display.draw();
    display.update(layer(1, 100 * MIB), State.MOVING, 25 * MIB);
    display.draw();
    String text = printed();
    assertThat(shown(text, 80))
        .containsExactly(
            name(1) + ": Downloading [=======>                       ]    26.21MB/104.85MB",
            name(2) + ": Already exists");
    display.update(layer(1, 100 * MIB), State.DONE, 100 * MIB);
    display.close();
    assertThat(shown(text + printed(), 80))
        .containsExactly(name(1) + ": Pull complete", name(2) + ": Already exists");
  }

  @Test
  void drawsNothingWhenNothingHasChanged() {
    TransferScreen display = new TransferScreen(TransferWords.PULL, out, screen::get);
    display.update(layer(1, 7), State.PREPARING, 0);
    display.draw();
    assertThat(printed()).isNotEmpty();
    display.draw();
    display.close();
    display.close();
    assertThat(printed()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"80, 24", "20, 24", "13, 5", "1, 1", "200, 2", "40, 3"})
  void fitsEveryTerminalWithMoreLayersThanRows(int columns, int rows) {
    screen.set(new Screen(columns, rows, false));
    TransferScreen display = new TransferScreen(TransferWords.PULL, out, screen::get);
    for (int i = 0; i < 60; i++) {
      display.update(layer(i, MIB), i < 20 ? State.DONE : State.PREPARING, 0);
    }
    display.update(layer(30, MIB), State.MOVING, MIB / 2);
    display.draw();
    List<String> lines = shown(printed(), columns + 1);
    assertThat(lines.size()).isLessThanOrEqualTo(Math.max(1, rows - 1));
    assertThat(lines).allMatch(line -> line.length() < Math.max(2, columns));
    if (columns > 40 && rows > 2) {
      assertThat(lines).anyMatch(line -> line.startsWith(name(30) + ": Downloading"));
      assertThat(lines.get(lines.size() - 1)).isEqualTo("20 of 60 layers are done");
    }
  }

  @Test
  void showsEveryLayerAtTheEnd() {
    screen.set(new Screen(80, 5, false));
    TransferScreen display = new TransferScreen(TransferWords.PUSH, out, screen::get);
    for (int i = 0; i < 20; i++) {
      display.update(layer(i, MIB), State.PREPARING, 0);
    }
    display.draw();
    for (int i = 0; i < 20; i++) {
      display.update(layer(i, MIB), State.DONE, MIB);
    }
    display.close();
    assertThat(shown(printed(), 80)).hasSize(20).allMatch(line -> line.endsWith(": Pushed"));
  }

  @Test
  void goesUpOverWrappedLinesWhenTheWindowHasBecomeNarrower() {
    TransferScreen display = new TransferScreen(TransferWords.PULL, out, screen::get);
    display.update(layer(1, 100 * MIB), State.MOVING, MIB);
    display.update(layer(2, 100 * MIB), State.PREPARING, 0);
    display.draw();
    int length = printed().split("\u001b", 2)[0].strip().length();
    assertThat(length).isBetween(60, 79);
    screen.set(new Screen(40, 24, false));
    display.update(layer(1, 100 * MIB), State.MOVING, 2 * MIB);
    display.draw();
    assertThat(printed()).as("two rows and one").startsWith("\u001b[3A");
  }

  @ParameterizedTest
  @CsvSource({
    "12, xterm, '', true",
    "2, xterm, '', false",
    "12, dumb, '', false",
    "12, '', '', false",
    "12, xterm, true, false",
    "'', xterm, '', false"
  })
  void drawsOnTerminalsThatCanDoThatOnly(String terminals, String term, String ci, boolean live) {
    Map<String, String> environment = term.isEmpty() ? Map.of() : Map.of("TERM", term, "CI", ci);
    Console console =
        new Console(
            InputStream.nullInputStream(),
            out,
            out,
            environment,
            terminals,
            Console.Streams.CAPTURED);
    try (TransferDisplay display = TransferDisplay.ofPush(console)) {
      display.update(layer(1, 5), State.DONE, 5);
    }
    String text = printed();
    assertThat(text).contains(name(1) + ": Pushed");
    assertThat(text.contains("\u001b[")).isEqualTo(live);
  }
}
