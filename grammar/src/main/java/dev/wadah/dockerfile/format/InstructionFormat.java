package dev.wadah.dockerfile.format;

import dev.wadah.dockerfile.AstPrinter;
import dev.wadah.dockerfile.Continuation;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.expand.Blanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Formats the lines of one instruction. How blanks count depends on the instruction and its form:
 * in a shell command each is part of the command, between the words of a COPY none is. So the
 * bolder style is tried first and kept only if the instruction still reads the same.
 */
final class InstructionFormat {
  private static final String INDENT = "    ";

  private final char escape;

  InstructionFormat(char escape) {
    this.escape = escape;
  }

  boolean continues(String line) {
    return continuation(line) >= 0;
  }

  private int continuation(String line) {
    return Continuation.indexIn(line, 0, line.length(), escape);
  }

  /** How much is changed; the bolder style comes first. */
  private enum Style {
    /** Continuation lines are indented, blanks at line ends vanish. */
    INDENT,
    /** Blanks at line ends vanish. */
    TRIM,
    /** Only the instruction's name changes. */
    NAME
  }

  /** The formatted lines, without line ends. */
  List<String> format(List<String> lines, Instruction instruction) {
    String first = lines.get(0);
    int from = Blanks.skip(first, 0, first.length());
    if (!first.startsWith(instruction.origin().keyword(), from)) {
      // The name itself is continued: whoever wrote this meant it.
      return lines;
    }
    String meaning = AstPrinter.print(instruction, AstPrinter.Spans.HIDDEN);
    for (Style style : Style.values()) {
      List<String> styled = styled(lines, instruction, style);
      if (meaning.equals(meaning(styled, instruction))) {
        return styled;
      }
    }
    return lines;
  }

  private List<String> styled(List<String> lines, Instruction instruction, Style style) {
    List<String> result = new ArrayList<>(lines.size());
    result.add(first(lines.get(0), instruction, style));
    for (String line : lines.subList(1, lines.size())) {
      int from = Blanks.skip(line, 0, line.length());
      if (from == line.length()) {
        continue;
      }
      if (style != Style.INDENT) {
        result.add(line.charAt(from) == '#' ? line : withoutTail(line, style));
      } else if (line.charAt(from) == '#') {
        result.add(INDENT + line.substring(from));
      } else {
        String rest = withoutTail(line, style);
        result.add(INDENT + rest.substring(Blanks.skip(rest, 0, rest.length())));
      }
    }
    return result;
  }

  private String first(String line, Instruction instruction, Style style) {
    int from = Blanks.skip(line, 0, line.length());
    String keyword = instruction.origin().keyword();
    String rest = withoutTail(line.substring(from + keyword.length()), style);
    int words = Blanks.skip(rest, 0, rest.length());
    boolean alone = words == rest.length();
    return keyword.toUpperCase(Locale.ROOT)
        + (alone || words == 0 ? "" : " ")
        + (instruction instanceof Instruction.From named && named.as().isPresent()
            ? withAs(rest.substring(words), named.as().get().text())
            : rest.substring(words));
  }

  /** Puts the AS in front of a stage name in capitals, if both stand in this line. */
  private static String withAs(String words, String name) {
    int nameAt = words.lastIndexOf(name);
    int asEnd = Blanks.trimEnd(words, 0, Math.max(nameAt, 0));
    boolean found =
        asEnd > 2
            && words.regionMatches(true, asEnd - 2, "as", 0, 2)
            && Blanks.isBlank(words.charAt(asEnd - 3));
    return found ? words.substring(0, asEnd - 2) + "AS" + words.substring(asEnd) : words;
  }

  /** The line without blanks at its end; in front of a continuation one blank stays. */
  private String withoutTail(String line, Style style) {
    int escapeAt = continuation(line);
    if (style == Style.NAME) {
      return line;
    }
    if (escapeAt < 0) {
      return line.substring(0, Blanks.trimEnd(line, 0, line.length()));
    }
    if (style == Style.TRIM) {
      return line.substring(0, escapeAt + 1);
    }
    int end = Blanks.trimEnd(line, 0, escapeAt);
    return line.substring(0, end) + (end < escapeAt ? " " : "") + escape;
  }

  /** What the lines mean, with the here-documents of the instruction behind them. */
  private String meaning(List<String> lines, Instruction instruction) {
    StringBuilder text = new StringBuilder();
    text.append("# escape=").append(escape).append("\nFROM scratch\n");
    lines.forEach(line -> text.append(line).append('\n'));
    for (Heredoc heredoc : heredocs(instruction)) {
      text.append(heredoc.body()).append(heredoc.name()).append('\n');
    }
    try {
      Dockerfile parsed = DockerfileParser.parse(new SourceFile("", text.toString()));
      return only(parsed);
    } catch (DockerfileException e) {
      // The style broke the instruction: it is not used.
      return "";
    }
  }

  private static String only(Dockerfile parsed) {
    Instruction instruction = null;
    if (parsed.stages().size() == 2) {
      instruction = parsed.stages().get(1).from();
    } else if (parsed.stages().get(0).instructions().size() == 1) {
      instruction = parsed.stages().get(0).instructions().get(0);
    }
    return instruction == null ? "" : AstPrinter.print(instruction, AstPrinter.Spans.HIDDEN);
  }

  private static List<Heredoc> heredocs(Instruction instruction) {
    if (instruction instanceof Instruction.Run run) {
      return run.heredocs();
    }
    if (instruction instanceof Instruction.Copy copy) {
      return copy.transfer().heredocs();
    }
    if (instruction instanceof Instruction.Add add) {
      return add.transfer().heredocs();
    }
    if (instruction instanceof Instruction.OnBuild onBuild) {
      return onBuild.instruction().map(InstructionFormat::heredocs).orElse(List.of());
    }
    return List.of();
  }
}
