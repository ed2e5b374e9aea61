package dev.wadah.cli;

import java.io.PrintStream;

/** What {@code wadah image --help} prints, and that of other first words. */
final class GroupHelp {
  private GroupHelp() {}

  /** Prints the commands whose names begin with a word that {@link Commands#isGroup}. */
  static void print(String group, PrintStream out) {
    out.println("Usage: wadah " + group + " COMMAND [FLAGS] [ARGUMENTS]");
    out.println();
    for (String word : Commands.words(group)) {
      out.println("  %-12s%s".formatted(word, summary(group + " " + word)));
    }
    out.println();
    out.println("\"wadah " + group + " COMMAND --help\" tells the flags.");
  }

  private static String summary(String name) {
    return Commands.find(name)
        .map(command -> command.model().summary())
        .orElseGet(() -> String.join(", ", Commands.words(name)));
  }
}
