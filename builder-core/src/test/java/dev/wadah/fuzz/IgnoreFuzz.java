package dev.wadah.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildException;
import dev.wadah.build.context.IgnoreRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ignore files of the corpus, spoilt, against paths that are spoilt as well. */
class IgnoreFuzz {
  @TempDir Path folder;

  @Test
  void ignoreFiles() throws Exception {
    List<String> files =
        Mutations.files("conformance/cases", name -> name.contains("dockerignore"));
    List<String> paths = new ArrayList<>();
    for (String text : Mutations.files("ignore", name -> name.endsWith(".txt"))) {
      text.lines().map(line -> line.substring(line.indexOf(' ') + 1)).forEach(paths::add);
    }
    Mutations texts = new Mutations(joined(files, paths));
    Mutations names = new Mutations(paths);
    Path file = folder.resolve(".dockerignore");
    LongRun.run(
        "ignore files",
        random -> {
          Files.writeString(file, wellFormed(texts.next(random)));
          try {
            Predicate<String> ignored = IgnoreRules.of(folder, Optional.empty());
            for (int i = 0; i < 20; i++) {
              String path = shortened(names.next(random));
              assertThat(ignored.test(path)).isEqualTo(ignored.test(path));
            }
          } catch (BuildException e) {
            assertThat(e.diagnostics()).isNotEmpty();
          }
        });
  }

  private static List<String> joined(List<String> files, List<String> lines) {
    List<String> all = new ArrayList<>(files);
    for (int i = 0; i + 4 < lines.size(); i += 4) {
      all.add(String.join("\n", lines.subList(i, i + 4)));
    }
    return all;
  }

  /** A pattern is tried for each directory on the way, so that deep paths just take their time. */
  private static String shortened(String path) {
    return path.substring(0, Math.min(path.length(), 500));
  }

  /** Half a surrogate pair cannot be written. */
  private static String wellFormed(String text) {
    return text.replaceAll("[\\ud800-\\udfff]", "?");
  }
}
