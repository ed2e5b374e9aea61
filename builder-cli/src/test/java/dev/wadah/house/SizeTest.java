package dev.wadah.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Files, methods and names stay within what the house has agreed on. */
class SizeTest {
  private static final int LONGEST_FILE = 500;
  private static final int LONGEST_METHOD = 50;
  private static final int MOST_PARAMETERS = 8;

  /** 1,500 until layers were mounted once and chroots left (docs/adr/0015). */
  private static final int LONGEST_LAUNCHER = 1_610;

  private static final Pattern NAME =
      Pattern.compile(
          "(class|interface|record|enum) \\w*(Util|Utils|Helper|Manager|Impl|Processor|Factory)\\b");

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
  void noMethodIsLongerThanAgreedOrHasMoreParameters() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> wrong = new ArrayList<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  diagnostic -> {},
                  null,
                  null,
                  manager.getJavaFileObjectsFromPaths(Sources.files("src/main/java", ".java")));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        new MethodSizes(unit, positions, wrong).scan(unit, null);
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Visits the methods of one file. */
  private static final class MethodSizes extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> wrong;

    MethodSizes(CompilationUnitTree unit, SourcePositions positions, List<String> wrong) {
      this.unit = unit;
      this.positions = positions;
      this.wrong = wrong;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      long end = positions.getEndPosition(unit, method);
      if (end >= 0) {
        long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
        long lines = unit.getLineMap().getLineNumber(end) - first + 1;
        int parameters = method.getParameters().size();
        if (lines > LONGEST_METHOD || parameters > MOST_PARAMETERS) {
          wrong.add(
              "%s:%d %s: %d lines, %d parameters"
                  .formatted(
                      unit.getSourceFile().getName(), first, method.getName(), lines, parameters));
        }
      }
      super.visitMethod(method, null);
      return null;
    }
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
