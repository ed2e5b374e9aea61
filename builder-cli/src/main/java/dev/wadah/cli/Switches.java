package dev.wadah.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Rewrites what docker allows and picocli does not. Switches with a value, {@code --rm=false}: true
 * ones lose the value, false ones vanish together with earlier ones. Flags whose value may be left
 * out, {@code --pull}: the implied value is put behind them.
 */
final class Switches {
  private final CommandSpec spec;
  private final Map<String, String> implied;
  private final boolean stops;
  private final List<String> rewritten = new ArrayList<>();

  /**
   * A rewriter for one command line.
   *
   * @param implied value of flags that need none, by name
   * @param stops whether words behind the first argument are not flags
   */
  Switches(CommandSpec spec, Map<String, String> implied, boolean stops) {
    this.spec = spec;
    this.implied = implied;
    this.stops = stops;
  }

  /** Rewrites what stands before {@code --}. */
  List<String> rewrite(List<String> words) throws UsageException {
    int i = 0;
    while (i < words.size()) {
      String word = words.get(i);
      boolean isFlag = word.length() > 1 && word.startsWith("-");
      if (word.equals("--") || (stops && !isFlag)) {
        break;
      }
      boolean takesNext = isFlag && takesNext(word);
      add(word);
      i++;
      if (takesNext && i < words.size()) {
        rewritten.add(words.get(i));
        i++;
      }
    }
    rewritten.addAll(words.subList(i, words.size()));
    return rewritten;
  }

  private void add(String word) throws UsageException {
    if (implied.containsKey(word)) {
      rewritten.add(word + "=" + implied.get(word));
      return;
    }
    int equals = word.indexOf('=');
    if (!word.startsWith("-") || equals < 0 || !isSwitch(word.substring(0, equals))) {
      rewritten.add(word);
      return;
    }
    String name = word.substring(0, equals);
    switch (word.substring(equals + 1)) {
      case "1", "t", "T", "true", "TRUE", "True" -> rewritten.add(name);
      case "0", "f", "F", "false", "FALSE", "False" -> rewritten.removeIf(name::equals);
      default ->
          throw new UsageException(
              "invalid value \"%s\" for %s".formatted(word.substring(equals + 1), name),
              "it is true or false",
              "");
    }
  }

  private boolean isSwitch(String name) {
    OptionSpec option = spec.findOption(name);
    return option != null && option.arity().max() == 0;
  }

  /** Whether the value of the flag, or of the last flag of a cluster, is the next word. */
  private boolean takesNext(String word) {
    if (word.startsWith("--")) {
      OptionSpec option = spec.findOption(word);
      return option != null && option.arity().max() > 0 && !implied.containsKey(word);
    }
    for (int i = 1; i < word.length(); i++) {
      OptionSpec option = spec.findOption(word.charAt(i));
      if (option == null) {
        return false;
      }
      if (option.arity().max() > 0) {
        return i == word.length() - 1 && !implied.containsKey("-" + word.charAt(i));
      }
    }
    return false;
  }
}
