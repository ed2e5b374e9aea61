package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.BusyboxRoot.Options;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Containers with a terminal, and with this process's own descriptors. {@code script} of util-linux
 * gives a real terminal; what it prints is what a user would see.
 */
@Tag("linux")
@EnabledIf("usable")
class TerminalTest {
  @TempDir Path directory;

  static boolean usable() {
    return BusyboxRoot.usable() && Files.isExecutable(Path.of("/usr/bin/script"));
  }

  /** A program of its own, since a terminal takes the whole process. */
  static final class Container {
    private Container() {}

    public static void main(String[] args) throws IOException {
      BusyboxRoot box = new BusyboxRoot(Path.of(args[0]));
      Options options = box.options();
      options.init = args[2].equals("init");
      options.env = List.of("PATH=/bin", "TERM=xterm");
      boolean terminal = !args[2].equals("plain");
      Sandbox.Outcome outcome =
          box.sandbox.run(
              BusyboxRoot.spec(options, List.of("/bin/sh", "-c", args[1])),
              new Sandbox.Io.Inherit(true, terminal));
      System.out.println("\nexit=" + outcome.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " :: ",
      quoteCharacter = '`',
      textBlock =
          """
          a terminal  :: tty     :: tty; ls /dev/console; echo ready :: `` :: /dev/pts/0
          its size    :: tty     :: stty size; echo ready :: `` :: 41 97
          input       :: tty     :: echo ready; read x; echo got:$x; exit 7 :: `hello\n` :: got:hello
          exit code   :: tty     :: echo ready; read x; exit 7 :: `hello\n` :: exit=7
          ctrl-c      :: tty     :: trap 'echo trapped; exit 5' INT; echo ready; while :; do sleep 0.1; done :: `\u0003` :: exit=5
          init        :: init    :: echo ready; sleep 100; echo no :: `\u0003` :: exit=130
          init reaps  :: init    :: (sleep 0.1 &); sleep 0.4; cat /proc/[0-9]*/stat | awk '$3 == "Z"' | wc -l; echo ready :: `` :: 0
          no terminal :: plain   :: echo ready; read x; echo got:$x; test -e /dev/console || echo none :: `hello\n` :: none
          """)
  void connectsTheContainerToTheTerminal(
      String what, String mode, String command, String keys, String expected) throws Exception {
    String output = play(command, mode, keys == null ? "" : keys.replace("\\n", "\n"));
    assertThat(output.lines().map(String::strip)).as(what).contains(expected);
  }

  @Test
  void putsTheTerminalBack() throws Exception {
    String output = play("echo ready; stty raw -echo; kill -9 $$; exit 3", "tty", "");
    assertThat(output).contains("exit=3").contains("same settings");
  }

  /** Runs a container on a terminal of 41 x 97, and types {@code keys} once it says "ready". */
  private String play(String command, String mode, String keys) throws Exception {
    Path script = directory.resolve("play.sh");
    Files.writeString(
        script,
        """
        stty rows 41 cols 97
        before=$(stty -g)
        '%s' -XX:+UseSerialGC -cp '%s' '%s' '%s' "$COMMAND" %s
        [ "$before" = "$(stty -g)" ] && echo same settings
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin/java"),
                System.getProperty("java.class.path"),
                Container.class.getName(),
                directory.resolve("box"),
                mode));
    ProcessBuilder builder =
        new ProcessBuilder("/usr/bin/script", "-qec", "sh " + script, "/dev/null");
    builder.environment().put("COMMAND", command);
    Process process = builder.redirectErrorStream(true).start();
    try (OutputStream typed = process.getOutputStream();
        InputStream shown = process.getInputStream()) {
      StringBuilder output = new StringBuilder();
      byte[] buffer = new byte[4096];
      boolean sent = keys.isEmpty();
      for (int n = shown.read(buffer); n >= 0; n = shown.read(buffer)) {
        output.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
        if (!sent && output.indexOf("ready") >= 0) {
          typed.write(keys.getBytes(StandardCharsets.UTF_8));
          typed.flush();
          sent = true;
        }
      }
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return output.toString();
    } finally {
      process.destroyForcibly();
    }
  }
}
