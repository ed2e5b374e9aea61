package dev.wadah.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files, methods and names stay within what the house has agreed on. */
class SizeTest {
  private static final int LONGEST_FILE = 500;
  private static final int LONGEST_METHOD = 50;
  private static final int LONGEST_LAUNCHER = 1_500;

  private static final Pattern NAME =
      Pattern.compile(
          "(class|interface|record|enum) \\w*(Util|Utils|Helper|Manager|Impl|Processor|Abstract|Factory)\\w*\\b");

  /** The first line of a method or constructor, at the depth of a class or nested class. */
  private static final Pattern METHOD =
      Pattern.compile(
          "^( {2}| {4})(public |protected |private |static |final |synchronized |default |<[^>]+> )*[\\w.<>\\[\\]?, ]+\\(.*");

  @Test
  void noJavaFileIsLongerThanAgreed() {
    List<String> wrong = new ArrayList<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      int lines = Sources.lines(file).size();
      if (lines > LONGEST_FILE) {
        wrong.add("%s: %d lines".formatted(Sources.TOP.relativize(file), lines));
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void theLauncherStaysSmall() {
    Map<String, Integer> files = new HashMap<>();
    for (Path file : Sources.files("src/main/c", ".c")) {
      int lines = Sources.lines(file).size();
      assertThat(lines).as(file.toString()).isLessThanOrEqualTo(LONGEST_FILE);
      if (file.toString().contains("launch")) {
        files.put(file.toString(), lines);
      }
    }
    assertThat(files.values().stream().mapToInt(Integer::intValue).sum())
        .as("lines of " + files.keySet())
        .isLessThanOrEqualTo(LONGEST_LAUNCHER);
  }

  @Test
  void noMethodIsLongerThanAgreed() {
    List<String> wrong = new ArrayList<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      List<String> lines = Sources.lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (METHOD.matcher(lines.get(i)).matches() && !lines.get(i).contains(" new ")) {
          int length = length(lines, i);
          if (length > LONGEST_METHOD) {
            wrong.add("%s:%d: %d lines".formatted(Sources.TOP.relativize(file), i + 1, length));
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Lines up to the closing brace at the depth of the first line; the formatter aligns both. */
  private static int length(List<String> lines, int first) {
    String indent =
        lines.get(first).substring(0, lines.get(first).indexOf(lines.get(first).strip()));
    for (int i = first; i < lines.size(); i++) {
      if (lines.get(i).equals(indent + "}")
          || lines.get(i).startsWith(indent)
              && i > first
              && lines.get(i).strip().endsWith(";")
              && lines.get(i).indexOf(lines.get(i).strip()) == indent.length()) {
        return i - first + 1;
      }
      if (i == first && lines.get(i).endsWith(";")) {
        return 1;
      }
    }
    return 0;
  }

  @Test
  void noTypeHasANameThatSaysNothing() {
    List<String> wrong = new ArrayList<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      for (String line : Sources.lines(file)) {
        if (!line.strip().startsWith("*") && NAME.matcher(line).find()) {
          wrong.add(Sources.TOP.relativize(file) + ": " + line.strip());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }
}
