package dev.wadah.dockerfile.format;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Dockerfile.Directive;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.expand.Blanks;
import java.util.ArrayList;
import java.util.List;

/**
 * Formats Dockerfiles: names of instructions in capitals, one blank behind them, continuation lines
 * indented by four blanks where blanks mean nothing, no blanks at line ends, never two blank lines
 * in a row. Comments and here-documents survive byte for byte. Formatting twice changes nothing.
 */
public final class Formatter {
  private final Dockerfile file;
  private final SourceLines lines;
  private final InstructionFormat instructions;
  private final StringBuilder out = new StringBuilder();
  private boolean blankPending;

  private Formatter(Dockerfile file) {
    this.file = file;
    this.lines = SourceLines.of(file.source().text());
    this.instructions = new InstructionFormat(file.escape());
  }

  /** The text of a file in Wadah's style, with the line ends that its first line has. */
  public static String format(Dockerfile file) {
    return new Formatter(file).run();
  }

  private String run() {
    int next = 1;
    for (Directive directive : file.directives()) {
      next = gap(next, directive.span().startLine());
      emit("# " + directive.key() + "=" + directive.value());
      next++;
    }
    for (Instruction instruction : all()) {
      next = gap(next, instruction.span().startLine());
      next = instruction(next, instruction);
    }
    // A last instruction may go on with nothing but escapes; what stands behind them stays.
    for (int n = gap(next, lines.count() + 1); n <= lines.count(); n++) {
      emit(lines.text(n));
    }
    return out.toString();
  }

  private List<Instruction> all() {
    List<Instruction> all = new ArrayList<>(file.globalArgs());
    for (Stage stage : file.stages()) {
      all.add(stage.from());
      all.addAll(stage.instructions());
    }
    return all;
  }

  /**
   * Writes the blank and comment lines of {@code [from, to)}.
   *
   * @return the first line that is neither: where the next instruction begins, at most {@code to}
   */
  private int gap(int from, int to) {
    for (int n = from; n < to; n++) {
      String line = lines.text(n);
      int first = Blanks.skip(line, 0, line.length());
      if (first == line.length()) {
        blankPending = out.length() > 0 || protectsComment(n);
      } else if (line.charAt(first) == '#') {
        // An indented #! is a comment and must not become a line that directives may follow.
        emit(n == 1 && line.startsWith("#!", first) ? line : line.substring(first));
      } else {
        return n;
      }
    }
    return to;
  }

  /**
   * A blank first line may be all that keeps a comment below it from being a parser directive, or a
   * {@code #!} line that may stand above one.
   */
  private boolean protectsComment(int blankLine) {
    for (int n = blankLine + 1; n <= lines.count(); n++) {
      String line = lines.text(n);
      int first = Blanks.skip(line, 0, line.length());
      if (first < line.length()) {
        return line.charAt(first) == '#'
            && (line.indexOf('=') >= 0 || line.startsWith("#!", first));
      }
    }
    return false;
  }

  /** Writes an instruction with its here-documents; gives the line behind it. */
  private int instruction(int from, Instruction instruction) {
    int lastLine = from;
    while (lastLine < instruction.span().endLine() && continues(lastLine)) {
      lastLine++;
    }
    List<String> written = new ArrayList<>();
    for (int n = from; n <= lastLine; n++) {
      written.add(lines.text(n));
    }
    instructions.format(written, instruction).forEach(this::emit);
    for (int n = lastLine + 1; n <= instruction.span().endLine(); n++) {
      out.append(lines.withEnd(n));
    }
    if (out.charAt(out.length() - 1) != '\n') {
      out.append(lines.end());
    }
    return instruction.span().endLine() + 1;
  }

  /** A comment or a blank line within a continued instruction does not end it. */
  private boolean continues(int number) {
    String line = lines.text(number);
    int first = Blanks.skip(line, 0, line.length());
    return first == line.length() || line.charAt(first) == '#' || instructions.continues(line);
  }

  private void emit(String line) {
    if (blankPending) {
      out.append(lines.end());
      blankPending = false;
    }
    out.append(line).append(lines.end());
  }
}
