package dev.wadah.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Flags and arguments of one command: picocli's model, built by program (annotations cost 60 ms at
 * every start) and parsed with docker's habits: flags stand anywhere, the last of a repeated flag
 * wins, a flag with an optional value takes one only behind {@code =}.
 */
public final class CommandModel {
  /** The folder of images and containers; understood by every command. */
  static final String ROOT = "--root";

  /** Stack traces with errors; understood by every command. */
  static final String DEBUG = "--debug";

  private static final CommandLine.IFactory LISTS = new Lists();

  private final CommandSpec spec;
  private final Map<String, String> impliedValues = new HashMap<>();
  private boolean stopsAtFirstArgument;

  /**
   * Makes the lists for repeated flags; nothing else is ever asked for. picocli's own factory looks
   * for Groovy when it is initialised, which opens every jar of the class path: 15 ms.
   */
  private static final class Lists implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) {
      return type.cast(new ArrayList<Object>());
    }
  }

  private CommandModel(CommandSpec spec) {
    this.spec = spec;
  }

  /**
   * A command without flags.
   *
   * @param name such as {@code image ls}
   * @param synopsis what follows the name in the usage line
   * @param summary one sentence
   */
  public static CommandModel of(String name, String synopsis, String summary) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(null, LISTS).name("wadah " + name);
    // No name or text of ours has a variable in it; looking for them took 4 ms of each command.
    spec.interpolateVariables(false);
    spec.usageMessage()
        .customSynopsis("wadah " + name + (synopsis.isEmpty() ? "" : " " + synopsis))
        .description(summary)
        .sortOptions(true)
        .width(100);
    CommandModel model = new CommandModel(spec);
    model.flag("Show this help", "-h", "--help");
    model.flag("Show stack traces with errors", DEBUG);
    model.value("DIR", "Folder of images and containers (default: $WADAH_HOME)", ROOT);
    return model;
  }

  /** A switch, false unless given. */
  public CommandModel flag(String description, String... names) {
    spec.addOption(option(description, names).type(boolean.class).arity("0").build());
    return this;
  }

  /** A flag with one value; the last one wins. */
  public CommandModel value(String label, String description, String... names) {
    spec.addOption(
        option(description, names).type(String.class).arity("1").paramLabel(label).build());
    return this;
  }

  /** A flag that may be given several times, each with one value. */
  public CommandModel values(String label, String description, String... names) {
    spec.addOption(
        option(description, names)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1")
            .paramLabel(label)
            .build());
    return this;
  }

  /**
   * A flag whose value may be left out: {@code --pull} means {@code --pull=IMPLIED}, and {@code
   * --pull x} is the flag followed by an argument.
   */
  public CommandModel optionalValue(
      String label, String implied, String description, String... names) {
    for (String name : names) {
      impliedValues.put(name, implied);
    }
    spec.addOption(
        option(description, names).type(String.class).arity("1").paramLabel(label).build());
    return this;
  }

  /**
   * Positional arguments.
   *
   * @param arity picocli's: {@code 1}, {@code 0..1}, {@code 1..*}
   */
  public CommandModel arguments(String label, String arity, String description) {
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity(arity)
            .paramLabel(label)
            .description(description)
            .build());
    return this;
  }

  /** Flags behind the first argument belong to somebody else: {@code run IMAGE ls -l}. */
  public CommandModel stopsAtFirstArgument() {
    stopsAtFirstArgument = true;
    return this;
  }

  /**
   * Parses what follows the command's name.
   *
   * @throws UsageException naming the flag that is wrong, with the nearest known one
   */
  public Arguments parse(List<String> words) throws UsageException {
    List<String> plain = new Switches(spec, impliedValues, stopsAtFirstArgument).rewrite(words);
    CommandLine line = line();
    try {
      return new Arguments(line.parseArgs(plain.toArray(String[]::new)));
    } catch (CommandLine.ParameterException e) {
      throw UsageErrors.of(e, spec);
    }
  }

  /** Prints the help. */
  public void help(PrintStream out) {
    line().usage(out, CommandLine.Help.Ansi.OFF);
  }

  /** What the command does, in one sentence. */
  String summary() {
    return spec.usageMessage().description()[0];
  }

  private CommandLine line() {
    CommandLine line = new CommandLine(spec, LISTS);
    line.setOverwrittenOptionsAllowed(true);
    line.setAllowOptionsAsOptionParameters(true);
    line.setExpandAtFiles(false);
    line.setStopAtPositional(stopsAtFirstArgument);
    return line;
  }

  private static OptionSpec.Builder option(String description, String... names) {
    return OptionSpec.builder(names).description(description);
  }

  /** Names of an option or label of an argument, for messages. */
  static String nameOf(ArgSpec arg) {
    return arg.isOption() ? ((OptionSpec) arg).longestName() : arg.paramLabel();
  }
}
