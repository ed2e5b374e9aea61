package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.PathPattern;
import dev.wadah.build.files.PathPatterns;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The patterns of a .dockerignore, each with its line. */
final class IgnoreFile {
  /** No file, no patterns. */
  static final IgnoreFile NONE = new IgnoreFile("", List.of(), List.of());

  /** Longest line in bytes of UTF-8, without its line end; Docker's limit. */
  static final int MAX_LINE_BYTES = 65_535;

  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final String name;
  private final PathPatterns patterns;
  private final List<BuildContext.Hidden> lines;

  private IgnoreFile(String name, List<PathPattern> patterns, List<BuildContext.Hidden> lines) {
    this.name = name;
    this.patterns = PathPatterns.of(patterns);
    this.lines = lines;
  }

  /**
   * Parses an ignore file.
   *
   * @throws BuildException if a pattern is malformed; names all of them
   */
  static IgnoreFile parse(SourceFile source) throws BuildException {
    List<PathPattern> patterns = new ArrayList<>();
    List<BuildContext.Hidden> hidden = new ArrayList<>();
    List<Diagnostic> faults = new ArrayList<>();
    int number = 0;
    for (String line : source.text().split("\n", -1)) {
      number++;
      if (isTooLong(line)) {
        faults.add(tooLong(source, number, line));
        continue;
      }
      String raw = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
      String pattern = raw.startsWith("#") ? "" : normalise(raw.strip());
      if (pattern.isEmpty()) {
        continue;
      }
      try {
        patterns.add(PathPattern.of(pattern));
        hidden.add(new BuildContext.Hidden(source.name(), number, raw.strip()));
      } catch (IllegalArgumentException e) {
        faults.add(fault(source, number, line, e));
      }
    }
    if (!faults.isEmpty()) {
      throw new BuildException(faults);
    }
    return new IgnoreFile(source.name(), patterns, hidden);
  }

  /** A leading slash means nothing, neither before nor behind the exclamation mark. */
  private static String normalise(String line) {
    boolean negated = line.startsWith("!");
    String pattern = negated ? line.substring(1).strip() : line;
    if (pattern.length() > 1 && pattern.startsWith("/")) {
      pattern = pattern.replaceFirst("^/+", "");
    }
    return negated ? "!" + pattern : pattern;
  }

  private static boolean isTooLong(String line) {
    // a character takes three bytes at most, so that a short line need not be counted
    return line.length() > MAX_LINE_BYTES / 3
        && line.getBytes(StandardCharsets.UTF_8).length > MAX_LINE_BYTES;
  }

  private static Diagnostic tooLong(SourceFile source, int number, String line) {
    return Diagnostic.error(
        "line-too-long",
        "the line is longer than %,d bytes".formatted(MAX_LINE_BYTES),
        source,
        new Span(number, 1, number, line.length() + 1),
        "Docker reads no longer line of an ignore file either",
        "is this the right file? give each pattern a line of its own");
  }

  private static Diagnostic fault(
      SourceFile source, int number, String line, IllegalArgumentException e) {
    return Diagnostic.error(
        "invalid-pattern",
        "syntax error in pattern \"%s\": %s".formatted(line.strip(), e.getMessage()),
        source,
        new Span(number, 1, number, Math.max(2, line.length() + 1)),
        "each line is a pattern: * and ? stay within a name, ** crosses directories, [a-z] is a"
            + " set, ! brings back",
        "write a backslash before a bracket that is part of a name");
  }

  String name() {
    return name;
  }

  PathPatterns patterns() {
    return patterns;
  }

  /** The line that hides what {@code match} stands for; empty when it is not hidden. */
  Optional<BuildContext.Hidden> line(PathPatterns.Match match) {
    return match.matched() ? Optional.of(lines.get(match.deciding())) : Optional.empty();
  }
}
