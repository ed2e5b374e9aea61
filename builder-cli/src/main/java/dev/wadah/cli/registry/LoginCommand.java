package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.Credential;
import dev.wadah.registry.Logins;
import dev.wadah.registry.RegistryException;
import dev.wadah.registry.RetryPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** {@code wadah login}. */
public final class LoginCommand implements Command {
  private static final String UNENCRYPTED =
      """
      WARNING! Your credentials are stored unencrypted in '%s'.
      Name a credential helper there ("credsStore") to keep them elsewhere.""";

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
    String host = host(arguments);
    if (arguments.has("password-stdin") && arguments.given("password")) {
      throw new UsageException("--password and --password-stdin exclude each other", "", "");
    }
    Logins logins = new Logins(console.environment(), RetryPolicy.DEFAULT);
    warnOfEnvironment(console);
    boolean nothingGiven =
        !arguments.given("username")
            && !arguments.given("password")
            && !arguments.has("password-stdin");
    Optional<Credential> known = nothingGiven ? logins.known(host) : Optional.empty();
    Optional<Path> file =
        known.isPresent()
            ? again(logins, host, known.get(), arguments, console)
            : logins.login(host, ask(arguments, console));
    file.ifPresent(f -> console.err().println(UNENCRYPTED.formatted(f)));
    console.out().println("Login Succeeded");
    return ExitCode.OK;
  }

  /** With what is known already; who sits at a terminal may say something better. */
  private static Optional<Path> again(
      Logins logins, String host, Credential known, Arguments arguments, Console console)
      throws IOException, UsageException {
    console.out().println("Authenticating with existing credentials... [" + known + "]");
    try {
      return logins.login(host, known);
    } catch (RegistryException e) {
      if (!console.isInputTerminal()) {
        throw e;
      }
      console.out().flush();
      console.err().println("Login did not succeed, error: " + e.getMessage());
    }
    return logins.login(host, ask(arguments, console));
  }

  /** The registry that a command's argument names; docker.io without one. */
  static String host(Arguments arguments) throws UsageException {
    if (arguments.positional().isEmpty()) {
      return ImageReference.DEFAULT_DOMAIN;
    }
    try {
      return Logins.host(arguments.positional().get(0));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), "", "such as registry.example:5000");
    }
  }

  /** As docker: who has set the variable may wonder why a login changes nothing. */
  static void warnOfEnvironment(Console console) {
    if (!console.environment().getOrDefault("DOCKER_AUTH_CONFIG", "").isBlank()) {
      console.err().println("WARNING: DOCKER_AUTH_CONFIG is set and takes precedence.");
    }
  }

  private static Credential ask(Arguments arguments, Console console)
      throws IOException, UsageException {
    String user = arguments.value("username").orElse("");
    if (user.isEmpty()) {
      user = ask("Username: ", console);
    }
    String password = password(arguments, console);
    if (password.isEmpty()) {
      throw new UsageException("the password is empty", "", "--password-stdin < FILE");
    }
    return Credential.ofPassword(user, password);
  }

  private static String password(Arguments arguments, Console console)
      throws IOException, UsageException {
    Optional<String> given = arguments.value("password");
    if (given.isPresent()) {
      console
          .err()
          .println("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
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
