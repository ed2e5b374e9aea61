package dev.wadah.dockerfile;

import java.util.ArrayList;
import java.util.List;

/**
 * A parsed Dockerfile.
 *
 * @param source the text that it was parsed from
 * @param directives the parser directives at the top, in order
 * @param escape the escape character: a backslash or a backtick
 * @param globalArgs the ARG instructions before the first FROM, in order
 * @param stages the stages, in order; never empty
 * @param comments every comment line outside of heredocs, in order
 * @param warnings what is allowed but unwise for the lexer: blank continuation lines (code
 *     NoEmptyContinuation), triggers that cannot run (code onbuild-trigger-invalid)
 */
public record Dockerfile(
    SourceFile source,
    List<Directive> directives,
    char escape,
    List<Instruction.Arg> globalArgs,
    List<Stage> stages,
    List<Comment> comments,
    List<Diagnostic> warnings) {

  public Dockerfile {
    directives = List.copyOf(directives);
    globalArgs = List.copyOf(globalArgs);
    stages = List.copyOf(stages);
    comments = List.copyOf(comments);
    warnings = List.copyOf(warnings);
  }

  /**
   * A parser directive, {@code # key=value} at the top of the file.
   *
   * @param key lower-case name: syntax, escape or check
   * @param value the value, blanks trimmed
   * @param span the line
   */
  public record Directive(String key, String value, Span span) {}

  /**
   * A comment line.
   *
   * @param text the text behind the {@code #}, blanks trimmed
   * @param span the line
   */
  public record Comment(String text, Span span) {}

  /**
   * The comment lines right above a line, from top to bottom: they describe the instruction that
   * begins there. A blank line or an empty comment ends them.
   *
   * @param line 1-based
   */
  public List<String> commentsAbove(int line) {
    List<String> above = new ArrayList<>();
    int wanted = line - 1;
    for (int i = comments.size() - 1; i >= 0; i--) {
      Comment comment = comments.get(i);
      if (comment.span().startLine() >= line) {
        continue;
      }
      if (comment.span().startLine() != wanted || comment.text().isEmpty()) {
        break;
      }
      above.add(0, comment.text());
      wanted--;
    }
    return above;
  }
}
