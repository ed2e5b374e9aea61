package dev.wadah.cli.profile;

import dev.wadah.cli.Console;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The console of builds that are run without a command. */
final class CapturedConsole {
  private CapturedConsole() {}

  /** One whose standard output nobody reads. */
  static Console of(OutputStream err, Map<String, String> environment) {
    return new Console(
        InputStream.nullInputStream(),
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        "",
        Console.Streams.CAPTURED);
  }
}
