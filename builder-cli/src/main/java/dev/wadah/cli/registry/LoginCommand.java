package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.registry.Credential;
import dev.wadah.registry.Logins;
import dev.wadah.registry.RetryPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** {@code wadah login}. */
public final class LoginCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "login", "[FLAGS] [HOST]", "Check and keep a user name and password for a registry.")
        .value("NAME", "User", "-u", "--username")
        .value(
            "PASSWORD",
            "Password; others on the machine may see it, so better:",
            "-p",
            "--password")
        .flag("Read the password from standard input", "--password-stdin")
        .arguments("HOST", "0..1", "Registry (default: docker.io)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Console console = session.console();
    String host = arguments.positional().isEmpty() ? "docker.io" : arguments.positional().get(0);
    if (arguments.has("password-stdin") && arguments.given("password")) {
      throw new UsageException("--password and --password-stdin exclude each other", "", "");
    }
    String user = arguments.value("username").orElse("");
    if (user.isEmpty()) {
      user = ask("Username: ", console);
    }
    String password = password(arguments, console);
    String place =
        new Logins(console.environment(), RetryPolicy.DEFAULT)
            .login(host, Credential.ofPassword(user, password));
    console.out().println("Login succeeded; kept in " + place);
    return ExitCode.OK;
  }

  private static String password(Arguments arguments, Console console)
      throws IOException, UsageException {
    Optional<String> given = arguments.value("password");
    if (given.isPresent()) {
      console
          .err()
          .println(
              "wadah: a password on the command line can be seen by others; use --password-stdin");
      return given.get();
    }
    if (arguments.has("password-stdin")) {
      String text = new String(console.in().readAllBytes(), StandardCharsets.UTF_8);
      return text.replaceAll("\\r?\\n$", "");
    }
    char[] typed = console.streams() == Console.Streams.OWN ? readPassword() : null;
    if (typed == null) {
      throw new UsageException(
          "there is no terminal to ask for a password", "", "--password-stdin < FILE");
    }
    return new String(typed);
  }

  /** What is typed without an echo; null where nobody can type. */
  @SuppressWarnings("SystemConsoleNull") // null up to JDK 21; from 22 on the property tells
  private static char[] readPassword() {
    java.io.Console terminal = System.console();
    return terminal != null && System.getProperty("wadah.terminals", "").contains("0")
        ? terminal.readPassword("Password: ")
        : null;
  }

  private static String ask(String prompt, Console console) throws IOException, UsageException {
    if (!console.isInputTerminal()) {
      throw new UsageException("a user name is missing", "", "--username NAME");
    }
    console.err().print(prompt);
    console.err().flush();
    String line =
        new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8)).readLine();
    if (line == null || line.isBlank()) {
      throw new UsageException("a user name is missing", "", "--username NAME");
    }
    return line.strip();
  }
}
