package dev.wadah.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Command lines with their whole output: testdata/cli/commands. The first line of a file is the
 * command line, the rest what came of it.
 */
class CommandLinesTest {
  @TempDir Path folder;

  static Stream<String> names() {
    return Golden.files("commands", ".txt").stream().map(f -> f.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("names")
  void printsAndReturnsWhatTheGoldenSays(String name) throws IOException {
    Path file =
        Golden.files("commands", ".txt").stream()
            .filter(f -> f.endsWith(name))
            .findFirst()
            .orElseThrow();
    String line = Files.readAllLines(file).get(0);
    List<String> words = List.of(line.substring("$ wadah".length()).strip().split(" +"));
    String[] arguments = words.equals(List.of("")) ? new String[0] : words.toArray(String[]::new);
    Cli.Result result =
        Cli.over(folder.resolve("store")).with("LOGNAME", "somebody").run(arguments);
    Golden.check(
        file,
        line
            + "\nexit: "
            + result.code()
            + "\n--- out\n"
            + result.out()
            + "--- err\n"
            + result.err());
  }
}
