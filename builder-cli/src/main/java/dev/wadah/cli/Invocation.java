package dev.wadah.cli;

import dev.wadah.cli.store.VersionCommand;
import dev.wadah.dockerfile.Suggestions;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One command line: flags before the command, the command's name, and what follows it. */
final class Invocation {
  private final Console console;
  private Optional<String> root = Optional.empty();
  private Optional<Path> store = Optional.empty();
  private boolean debug;
  private int usageCode = ExitCode.USAGE;

  Invocation(Console console) {
    this.console = console;
    this.debug = isOn(console.environment().get("WADAH_DEBUG"));
  }

  int run(List<String> words) {
    try {
      return dispatch(new ArrayList<>(words));
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      return new Failures(console, debug, store, usageCode).report(e);
    }
  }

  private int dispatch(List<String> words) throws Exception {
    while (!words.isEmpty() && words.get(0).startsWith("-")) {
      String word = words.remove(0);
      switch (word) {
        case "-h", "--help" -> {
          return help(words);
        }
        case "-v", "--version" -> {
          console.out().println(VersionCommand.line());
          return ExitCode.OK;
        }
        case "-D", "--debug" -> debug = true;
        case "--root" -> root = Optional.of(next(words, word));
        default -> globalFlag(word);
      }
    }
    if (words.isEmpty()) {
      console.err().print(Overview.TEXT);
      return ExitCode.USAGE;
    }
    if (words.get(0).equals("help")) {
      return help(words.subList(1, words.size()));
    }
    return runCommand(words);
  }

  private void globalFlag(String word) throws UsageException {
    if (!word.startsWith("--root=")) {
      throw new UsageException("unknown flag \"%s\"".formatted(word), "", "wadah --help");
    }
    root = Optional.of(word.substring("--root=".length()));
  }

  private static String next(List<String> words, String flag) throws UsageException {
    if (words.isEmpty()) {
      throw new UsageException("flag \"%s\" needs a value".formatted(flag), "", "wadah --help");
    }
    return words.remove(0);
  }

  private int runCommand(List<String> words) throws Exception {
    Optional<String> group = groupAskedFor(words);
    if (group.isPresent()) {
      GroupHelp.print(group.get(), console.out());
      return ExitCode.OK;
    }
    Command command = take(words);
    command.prepare();
    usageCode = command.usageCode();
    CommandModel model = command.model();
    Arguments arguments = model.parse(words);
    debug |= arguments.has("debug");
    if (arguments.has("help")) {
      model.help(console.out());
      return ExitCode.OK;
    }
    Optional<String> folder = arguments.value("root").or(() -> root);
    store = folder.isEmpty() ? fromEnvironment() : Optional.of(path(folder.get()));
    try (Session session = new Session(console, store)) {
      return command.run(arguments, session);
    }
  }

  private Optional<Path> fromEnvironment() throws UsageException {
    String home = console.environment().get("WADAH_HOME");
    return home == null || home.isEmpty() ? Optional.empty() : Optional.of(path(home));
  }

  private static Path path(String text) throws UsageException {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new UsageException("\"%s\" is no path".formatted(text), e.getReason(), "");
    }
  }

  /** Takes the command's one to three words off {@code words}. */
  private static Command take(List<String> words) throws UsageException {
    String name = words.remove(0);
    while (Commands.isGroup(name)) {
      if (words.isEmpty() || words.get(0).startsWith("-")) {
        throw new UsageException(
            "\"wadah %s\" needs a further word".formatted(name),
            "one of " + String.join(", ", Commands.words(name)),
            "wadah %s --help".formatted(name));
      }
      name += " " + words.remove(0);
    }
    String full = name;
    return Commands.find(full).orElseThrow(() -> unknown(full));
  }

  /** The group of {@code image --help} or {@code buildx imagetools -h}. */
  private static Optional<String> groupAskedFor(List<String> words) {
    int last = words.size() - 1;
    String name = String.join(" ", words.subList(0, Math.max(0, last)));
    boolean asked = last > 0 && (words.get(last).equals("--help") || words.get(last).equals("-h"));
    return asked && Commands.isGroup(name) ? Optional.of(name) : Optional.empty();
  }

  private static UsageException unknown(String name) {
    return new UsageException(
        "unknown command \"%s\"".formatted(name),
        "",
        Suggestions.nearest(name, Commands.NAMES)
            .map("did you mean \"%s\"?"::formatted)
            .orElse("wadah --help"));
  }

  private int help(List<String> words) throws UsageException {
    String group = String.join(" ", words);
    if (words.isEmpty()) {
      console.out().print(Overview.TEXT);
    } else if (Commands.isGroup(group)) {
      GroupHelp.print(group, console.out());
    } else {
      take(new ArrayList<>(words)).model().help(console.out());
    }
    return ExitCode.OK;
  }

  private static boolean isOn(String value) {
    return value != null && !value.isEmpty() && !value.equals("0") && !value.equals("false");
  }
}
