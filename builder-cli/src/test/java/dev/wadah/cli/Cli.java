package dev.wadah.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs commands within the test's own process, and keeps what they print. */
public final class Cli {
  private final Map<String, String> environment = new HashMap<>();
  private byte[] input = {};

  /** What a command did; never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Result(int code, byte[] outBytes, String err) {
    /** Standard output as text. */
    public String out() {
      return new String(outBytes, StandardCharsets.UTF_8);
    }
  }

  /** Commands over the store at {@code root}. */
  public static Cli over(Path root) {
    return new Cli().with("WADAH_HOME", root.toString());
  }

  /** Sets a variable of the environment. */
  public Cli with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Sets what the next command reads. */
  public Cli reading(byte[] bytes) {
    input = bytes.clone();
    return this;
  }

  /** Runs a command. */
  public Result run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            environment,
            "",
            Console.Streams.CAPTURED);
    int code = Main.run(console, words);
    return new Result(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }
}
