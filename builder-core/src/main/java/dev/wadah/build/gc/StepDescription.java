package dev.wadah.build.gc;

import dev.wadah.build.graph.Ingredient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Says which step a cached result is of, as the instruction that makes one like it: the record has
 * the ingredients of its key, not the text that somebody wrote. Not for use by several threads.
 */
final class StepDescription {
  private static final int LONGEST = 200;

  /** Ingredients that begin another action. */
  private static final Set<String> ACTIONS = Set.of("copy", "write", "directory");

  private final List<String> steps = new ArrayList<>();
  private final List<String> sources = new ArrayList<>();
  private String destination = "";
  private String word = "";

  private StepDescription() {}

  /** One line of at most {@value #LONGEST} characters; empty if nothing is known. */
  static String of(List<Ingredient> ingredients) {
    StepDescription description = new StepDescription();
    boolean exec = ingredients.contains(Ingredient.counts("op", "exec"));
    for (Ingredient ingredient : ingredients) {
      if (exec) {
        description.exec(ingredient);
      } else {
        description.file(ingredient);
      }
    }
    description.end();
    String line = String.join(", ", description.steps).replace('\n', ' ').strip();
    return line.substring(0, Math.min(line.length(), LONGEST));
  }

  private void exec(Ingredient ingredient) {
    if (ingredient.name().equals("argument")) {
      word = "RUN";
      sources.add(ingredient.value());
    }
  }

  private void file(Ingredient ingredient) {
    String value = ingredient.value();
    if (ACTIONS.contains(ingredient.name())) {
      end();
    }
    switch (ingredient.name()) {
      case "copy" -> {
        word = "COPY";
        destination = value.substring(value.indexOf(' ') + 1); // behind the number of its input
      }
      case "write" -> {
        word = "COPY";
        destination = value;
      }
      case "directory" -> {
        word = "WORKDIR";
        destination = value;
      }
      case "source" -> sources.add(value);
      case "name" -> sources.add("<<" + value);
      case "unpack" -> word = value.equals("NEVER") ? word : "ADD";
      default -> {} // how, not what
    }
  }

  private void end() {
    if (!word.isEmpty()) {
      sources.add(0, word);
      sources.add(destination);
      steps.add(String.join(" ", sources).strip());
    }
    word = "";
    destination = "";
    sources.clear();
  }
}
