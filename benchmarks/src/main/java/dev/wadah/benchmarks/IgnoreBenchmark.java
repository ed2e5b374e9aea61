package dev.wadah.benchmarks;

import dev.wadah.build.BuildException;
import dev.wadah.build.context.IgnoreRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Asks a usual .dockerignore about every path of a tree. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class IgnoreBenchmark {
  private static final List<String> PATTERNS =
      List.of(
          ".git",
          "**/node_modules",
          "**/*.class",
          "**/target",
          "!**/target/*.jar",
          "*.md",
          "!README.md",
          "build/**/tmp?",
          "**/.idea",
          "docs/[a-f]*");

  /** Paths of the tree. */
  @Param({"1000", "20000"})
  public int paths;

  private final List<String> tree = new ArrayList<>();
  private Predicate<String> rules;

  /** Writes the file and makes the names. */
  @Setup
  public void write() throws BuildException, IOException {
    Path context = Files.createTempDirectory("ignore");
    Path file = Files.write(context.resolve(".dockerignore"), PATTERNS);
    rules = IgnoreRules.of(context, Optional.empty());
    Files.delete(file);
    Files.delete(context);
    for (int i = 0; i < paths; i++) {
      String ending = i % 3 == 0 ? "java" : i % 3 == 1 ? "class" : "jar";
      tree.add("module%d/target/org/example/part%d/File%d.%s".formatted(i % 7, i % 31, i, ending));
    }
  }

  /** How many are ignored. */
  @Benchmark
  public int match() {
    int ignored = 0;
    for (String path : tree) {
      ignored += rules.test(path) ? 1 : 0;
    }
    return ignored;
  }
}
