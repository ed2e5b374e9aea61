package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.EntryTree;
import dev.wadah.build.files.PathPattern;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No ignore file crashes or hangs, and what it means does not depend on how one looks. */
class IgnorePropertiesTest {
  private static final List<String> PIECES =
      List.of(
          "a", "b", "ab", "é", "*", "*", "**", "**/", "/", "/", "?", ".", "..", "[ab]", "[^a]",
          "[a-b]", "\\*", "$", "(", "{", "+");

  private static final List<String> LINE_ENDS =
      List.of("\n", "\n", "\r\n", "\n!", "\n!", "\n#", "\n \t", "\n/", "\n[", "\n\\", "\uFEFF");

  private static final List<String> NAMES =
      List.of("a", "b", "ab", "aab", "é", "*", "a.b", "$", "(", "..a");

  @Provide
  Arbitrary<String> patterns() {
    return Arbitraries.of(PIECES).list().ofMinSize(1).ofMaxSize(9).map(p -> String.join("", p));
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of(NAMES).list().ofMinSize(1).ofMaxSize(5).map(p -> String.join("/", p));
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> lines = Arbitraries.oneOf(patterns(), Arbitraries.of(LINE_ENDS));
    return lines.list().ofMaxSize(12).map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().ofMaxLength(200);
  }

  private static Optional<IgnoreFile> parse(String text) {
    SourceFile source = new SourceFile(".dockerignore", text);
    try {
      return Optional.of(IgnoreFile.parse(source));
    } catch (BuildException e) {
      assertThat(e.diagnostics()).isNotEmpty();
      for (Diagnostic fault : e.diagnostics()) {
        Span span = fault.span().orElseThrow();
        assertThat(source.line(span.startLine())).isPresent();
        assertThat(fault.why()).isNotEmpty();
        assertThat(fault.remedy()).isNotEmpty();
      }
      return Optional.empty();
    }
  }

  @Property(tries = 3000)
  void acceptsOrExplainsAnyText(@ForAll("texts") String text, @ForAll("paths") String path) {
    parse(text).ifPresent(file -> assertThat(file.patterns().match(path)).isNotNull());
  }

  @Property(tries = 3000)
  void saysOfATreeWhatItSaysOfEachPath(
      @ForAll("files") String text, @ForAll("paths") String one, @ForAll("paths") String other)
      throws IOException {
    Optional<IgnoreFile> file = parse(text);
    if (file.isEmpty()) {
      return;
    }
    FileTree whole = EntryTree.of(entries(one, other));
    IgnoringTree view = new IgnoringTree(whole, file.get());
    Set<String> seen = new TreeSet<>();
    walk(view, "/", seen);
    Set<String> all = new TreeSet<>();
    walk(whole, "/", all);
    for (String path : all) {
      boolean hidden = file.get().patterns().match(path.substring(1)).matched();
      boolean directory = whole.find(path).orElseThrow().isDirectory();
      boolean holds = seen.stream().anyMatch(s -> s.startsWith(path + "/"));
      assertThat(seen.contains(path)).as(path).isEqualTo(!hidden || (directory && holds));
      assertThat(view.find(path).isPresent()).as(path).isEqualTo(seen.contains(path));
      assertThat(view.hiddenBy(path).isPresent()).as(path).isNotEqualTo(seen.contains(path));
    }
  }

  private static List<LayerEntry> entries(String one, String other) {
    TreeSet<String> paths = new TreeSet<>();
    Set<String> directories = new TreeSet<>();
    for (String path : List.of("/" + one, "/" + other)) {
      paths.add(path);
      for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
        directories.add(path.substring(0, slash));
      }
    }
    paths.addAll(directories);
    return paths.stream().map(path -> entry(path, directories.contains(path))).toList();
  }

  private static LayerEntry entry(String path, boolean directory) {
    FileNode.Type type = directory ? FileNode.Type.DIRECTORY : FileNode.Type.FILE;
    return new LayerEntry.File(
        path,
        new FileNode(type, 0755, 0, 0, 0, 0, "", FileNode.Identity.PLAIN),
        LayerEntry.Content.NONE);
  }

  private static void walk(FileTree tree, String directory, Set<String> into) throws IOException {
    for (String name : tree.list(directory)) {
      String path = directory.equals("/") ? "/" + name : directory + "/" + name;
      into.add(path);
      walk(tree, path, into);
    }
  }

  @Property(tries = 10_000)
  void matchesAsMobysExpressionDoes(
      @ForAll("patterns") String pattern, @ForAll("paths") String path) {
    PathPattern compiled;
    try {
      compiled = PathPattern.of(pattern);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotEmpty();
      return;
    }
    assertThat(compiled.matches(path))
        .as("%s against %s", compiled, path)
        .isEqualTo(Expected.of(compiled.toString()).matches(path));
  }

  /** A pattern as moby compiles it: to an expression, or to a comparison of ends. */
  private record Expected(Kind kind, String text, String expression) {
    enum Kind {
      EXACT,
      PREFIX,
      SUFFIX,
      EXPRESSION
    }

    static Expected of(String text) {
      Kind kind = Kind.EXACT;
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        int start = i;
        if (c == '*' && i + 1 < text.length() && text.charAt(i + 1) == '*') {
          i += i + 2 < text.length() && text.charAt(i + 2) == '/' ? 2 : 1;
          boolean end = i + 1 == text.length();
          out.append(end ? ".*" : "(.*/)?");
          kind = end && kind == Kind.EXACT ? Kind.PREFIX : Kind.EXPRESSION;
          kind = start == 0 ? Kind.SUFFIX : kind;
        } else if (c == '*' || c == '?') {
          out.append(c == '*' ? "[^/]*" : "[^/]");
          kind = Kind.EXPRESSION;
        } else if (c == '\\') {
          out.append(c).append(text.charAt(++i));
          kind = Kind.EXPRESSION;
        } else if (c == '[' || c == ']') {
          out.append(c);
          kind = Kind.EXPRESSION;
        } else {
          out.append(".+()|{}$".indexOf(c) >= 0 ? "\\" : "").append(c);
        }
      }
      return new Expected(kind, text, out.toString());
    }

    boolean matches(String path) {
      return switch (kind) {
        case EXACT -> path.equals(text);
        case PREFIX -> path.startsWith(text.substring(0, text.length() - 2));
        case SUFFIX ->
            path.endsWith(text.substring(2))
                || (text.startsWith("/", 2) && path.equals(text.substring(3)));
        case EXPRESSION -> Pattern.compile(expression, Pattern.DOTALL).matcher(path).matches();
      };
    }
  }
}
