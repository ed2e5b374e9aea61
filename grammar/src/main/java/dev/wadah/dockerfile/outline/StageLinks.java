package dev.wadah.dockerfile.outline;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.check.GlobalArgs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the stages that a stage needs: its base, and those it copies or mounts from. */
final class StageLinks {
  private final Dockerfile file;
  private final GlobalArgs globals;
  private final TreeSet<Integer> needed = new TreeSet<>();

  private StageLinks(Dockerfile file, GlobalArgs globals) {
    this.file = file;
    this.globals = globals;
  }

  /** The stage and all that it needs, in the order of the file. */
  static List<Stage> reachable(Dockerfile file, Stage target, GlobalArgs globals) {
    StageLinks links = new StageLinks(file, globals);
    links.add(target);
    List<Stage> stages = new ArrayList<>();
    links.needed.forEach(index -> stages.add(file.stages().get(index)));
    return stages;
  }

  private void add(Stage first) {
    List<Stage> open = new ArrayList<>(List.of(first));
    while (!open.isEmpty()) {
      Stage stage = open.remove(open.size() - 1);
      if (needed.add(stage.index())) {
        Map<String, Stage> names = namesBefore(stage.index());
        globals.expand(stage.from().image()).map(names::get).ifPresent(open::add);
        for (String from : sources(stage)) {
          find(from, names).ifPresent(open::add);
        }
      }
    }
  }

  /** Earlier stages by name; of two with one name the later counts. */
  private Map<String, Stage> namesBefore(int index) {
    Map<String, Stage> names = new HashMap<>();
    for (Stage stage : file.stages().subList(0, index)) {
      stage.name().ifPresent(name -> names.put(name, stage));
    }
    return names;
  }

  private Optional<Stage> find(String from, Map<String, Stage> names) {
    Stage named = names.get(from.toLowerCase(Locale.ROOT));
    if (named != null || from.isEmpty() || from.length() > 9) {
      return Optional.ofNullable(named);
    }
    int index = 0;
    for (int i = 0; i < from.length(); i++) {
      int digit = from.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return Optional.empty();
      }
      index = index * 10 + digit;
    }
    return index < file.stages().size() ? Optional.of(file.stages().get(index)) : Optional.empty();
  }

  private static List<String> sources(Stage stage) {
    List<String> sources = new ArrayList<>();
    for (Instruction instruction : stage.instructions()) {
      if (instruction instanceof Instruction.Copy copy) {
        copy.transfer().flags().from().ifPresent(word -> sources.add(word.text()));
      } else if (instruction instanceof Instruction.Run run) {
        for (Mount mount : run.mounts()) {
          mount.option("from").ifPresent(sources::add);
        }
      }
    }
    return sources;
  }
}
