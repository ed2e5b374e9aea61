package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.EntryTree;
import dev.wadah.build.files.PathPattern;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IgnoreFileTest {
  record Pair(String lines, String path, boolean hidden) {
    @Override
    public String toString() {
      return lines.replace("\n", " ; ") + (hidden ? "hides " : "shows ") + path;
    }
  }

  static List<Pair> pairs() throws IOException {
    Path file = Path.of(System.getProperty("wadah.testdata")).resolve("ignore/patterns.txt");
    List<Pair> pairs = new ArrayList<>();
    String lines = "";
    boolean inLines = false;
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("| ")) {
        lines = (inLines ? lines : "") + line.substring(2) + "\n";
        inLines = true;
      } else if (line.startsWith("hidden ") || line.startsWith("seen ")) {
        String path = line.substring(line.indexOf(' ') + 1);
        pairs.add(new Pair(lines, path, line.startsWith("hidden ")));
        inLines = false;
      }
    }
    return pairs;
  }

  @Test
  void hasAtLeastTwoHundredPairs() throws IOException {
    assertThat(pairs()).hasSizeGreaterThan(200);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void matchesAsDockerDoes(Pair pair) throws Exception {
    IgnoreFile ignore = IgnoreFile.parse(new SourceFile(".dockerignore", pair.lines));
    assertThat(ignore.patterns().match(pair.path).matched()).isEqualTo(pair.hidden);
  }

  /** The view of a tree must agree with the matcher: nothing is pruned that an exception shows. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("pairs")
  void showsInATreeWhatThePatternsLeave(Pair pair) throws Exception {
    IgnoreFile ignore = IgnoreFile.parse(new SourceFile(".dockerignore", pair.lines));
    FileTree view = new IgnoringTree(tree("/" + pair.path), ignore);
    assertThat(paths(view).contains("/" + pair.path)).isEqualTo(!pair.hidden);
    assertThat(view.find("/" + pair.path).isPresent()).isEqualTo(!pair.hidden);
  }

  private static FileTree tree(String path) {
    List<LayerEntry> entries = new ArrayList<>();
    for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
      entries.add(entry(path.substring(0, slash), FileNode.Type.DIRECTORY));
    }
    entries.add(entry(path, FileNode.Type.FILE));
    return EntryTree.of(entries);
  }

  private static LayerEntry entry(String path, FileNode.Type type) {
    return new LayerEntry.File(
        path,
        new FileNode(type, 0755, 0, 0, 0, 0, "", FileNode.Identity.PLAIN),
        LayerEntry.Content.NONE);
  }

  private static Set<String> paths(FileTree tree) throws IOException {
    Set<String> paths = new TreeSet<>();
    List<String> rest = new ArrayList<>(List.of(""));
    while (!rest.isEmpty()) {
      String directory = rest.remove(rest.size() - 1);
      for (String name : tree.list(directory.isEmpty() ? "/" : directory)) {
        paths.add(directory + "/" + name);
        rest.add(directory + "/" + name);
      }
    }
    return paths;
  }

  @Test
  void readsByteOrderMarkAndCarriageReturns() throws Exception {
    IgnoreFile ignore =
        IgnoreFile.parse(new SourceFile(".dockerignore", "\ufeff# c\r\na\r\n!a/b\r\n"));
    assertThat(ignore.patterns().match("a").matched()).isTrue();
    assertThat(ignore.patterns().match("a/b").matched()).isFalse();
  }

  @Test
  void namesTheLineThatHides() throws Exception {
    IgnoreFile ignore =
        IgnoreFile.parse(new SourceFile("x.dockerignore", "\n*.log\n!b.log\n  **/b.log\n"));
    assertThat(ignore.line(ignore.patterns().match("b.log")))
        .contains(new BuildContext.Hidden("x.dockerignore", 4, "**/b.log"));
    assertThat(ignore.line(ignore.patterns().match("a.txt"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "[a", "[]", "[^]", "a[b-]", "[-a]", "[a-", "!", "a\\", "[\\", "![x"})
  void refusesABadPattern(String pattern) {
    Assertions.assertThrows(IllegalArgumentException.class, () -> PathPattern.of(pattern));
  }

  static List<String> hostile() {
    return List.of(
        "**/a".repeat(30) + "*".repeat(3) + "b" + "*a".repeat(40),
        "*".repeat(65_000),
        "*a".repeat(32_000),
        "**/".repeat(21_000) + "x",
        "a?".repeat(32_000),
        "[a-b]*".repeat(10_000),
        "[" + "a-b".repeat(21_000) + "]*c",
        "\\a".repeat(32_000),
        "!" + "*a".repeat(32_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void staysQuickOnHostilePatterns(String pattern) throws Exception {
    String path = "a/".repeat(500) + "c";
    IgnoreFile ignore = IgnoreFile.parse(new SourceFile(".dockerignore", pattern));
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> assertThat(ignore.patterns().match(path, ignore.patterns().match("x"))).isNotNull());
  }

  @Test
  void findsTheOneWayThroughAHostilePattern() {
    String path = "a/".repeat(500) + "xcy";
    assertThat(PathPattern.of("**/a".repeat(100) + "/**/*c*").matches(path)).isTrue();
    assertThat(PathPattern.of("**/a".repeat(501) + "/**/*c*").matches(path)).isFalse();
    // a set may stand for the slash, so that the first star must be tried at each place
    assertThat(PathPattern.of("*[^x]*b").matches("q/ab")).isTrue();
  }

  @Test
  void refusesALineThatDockerCannotRead() throws Exception {
    String longest = "x".repeat(65_535);
    IgnoreFile ignore = IgnoreFile.parse(new SourceFile(".dockerignore", longest + "\n" + longest));
    assertThat(ignore.patterns().match(longest).matched()).isTrue();
    for (String line : List.of(longest + "x", "\u00e9".repeat(32_768), "# ".repeat(600_000))) {
      BuildException e =
          Assertions.assertThrows(
              BuildException.class,
              () -> IgnoreFile.parse(new SourceFile(".dockerignore", "a\n" + line)));
      assertThat(e.diagnostics()).hasSize(1);
      assertThat(e.diagnostics().get(0).message()).contains("longer than 65,535 bytes");
      assertThat(e.diagnostics().get(0).span().orElseThrow().startLine()).isEqualTo(2);
    }
  }
}
