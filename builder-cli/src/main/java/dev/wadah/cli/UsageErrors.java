package dev.wadah.cli;

import dev.wadah.dockerfile.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Turns picocli's complaints into ours. */
final class UsageErrors {
  private UsageErrors() {}

  static UsageException of(CommandLine.ParameterException e, CommandSpec spec) {
    String help = "%s --help".formatted(spec.name());
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched) {
      return unmatched(unmatched, spec, help);
    }
    if (e instanceof CommandLine.MissingParameterException missing) {
      return missing(missing, help);
    }
    return new UsageException(firstLine(e.getMessage()), "", help);
  }

  private static UsageException unmatched(
      CommandLine.UnmatchedArgumentException e, CommandSpec spec, String help) {
    String word = e.getUnmatched().get(0);
    if (!word.startsWith("-") || word.equals("-")) {
      return new UsageException(
          "unexpected argument \"%s\"".formatted(word),
          "usage: " + spec.usageMessage().customSynopsis()[0],
          help);
    }
    String flag = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
    List<String> known = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      known.addAll(List.of(option.names()));
    }
    return new UsageException(
        "unknown flag \"%s\"".formatted(flag),
        "",
        (flag.startsWith("--") ? Suggestions.nearest(flag, known) : Optional.<String>empty())
            .map(n -> "did you mean \"%s\"?".formatted(n))
            .orElse(help));
  }

  private static UsageException missing(CommandLine.MissingParameterException e, String help) {
    List<ArgSpec> missing = e.getMissing();
    if (missing.isEmpty()) {
      return new UsageException(firstLine(e.getMessage()), "", help);
    }
    ArgSpec arg = missing.get(0);
    return new UsageException(
        arg.isOption()
            ? "flag \"%s\" needs a value".formatted(CommandModel.nameOf(arg))
            : "argument %s is missing".formatted(arg.paramLabel()),
        "",
        help);
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
