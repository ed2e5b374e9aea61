package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.expand.Blanks;
import dev.wadah.dockerfile.internal.Draft.HeredocBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a whole file: line by line, instruction by instruction, into stages. One use. */
public final class FileReader {
  /** Largest file in UTF-16 code units; Docker reads no more than 16 MiB either. */
  static final int MAX_FILE_LENGTH = 16 << 20;

  private final SourceFile source;
  private final SyntaxErrors errors;
  private final LineReader lines;
  private final List<Diagnostic> warnings = new ArrayList<>();
  private final List<Instruction.Arg> globalArgs = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();
  private InstructionReader reader;

  private Instruction.From from;
  private Optional<String> description = Optional.empty();
  private List<Instruction> instructions = new ArrayList<>();
  private boolean brokenFrom;
  private boolean saidNoStage;

  /** A reader for one file. */
  public FileReader(SourceFile source) {
    this.source = source;
    this.errors = new SyntaxErrors(source);
    this.lines = new LineReader(source, errors);
  }

  /**
   * Reads the file.
   *
   * @throws DockerfileException with every error of it
   */
  public Dockerfile read() throws DockerfileException {
    if (source.text().length() > MAX_FILE_LENGTH) {
      tooLarge();
    }
    boolean any = false;
    LogicalLine line = lines.next();
    while (line != null && !errors.isFull()) {
      any = true;
      add(line, instruction(line));
      line = lines.next();
    }
    endStage();
    if (errors.isEmpty() && stages.isEmpty()) {
      nothing(any);
    }
    if (!errors.isEmpty()) {
      throw new DockerfileException(errors.all());
    }
    warnings.addAll(lines.warnings());
    return new Dockerfile(
        source, lines.directives(), lines.escape(), globalArgs, stages, lines.comments(), warnings);
  }

  /**
   * Reads a file that holds one instruction and nothing else: a trigger.
   *
   * @throws DockerfileException if it does not, or the instruction may be no trigger
   */
  public Instruction readTrigger() throws DockerfileException {
    LogicalLine line = lines.next();
    Instruction instruction = line == null ? null : instruction(line);
    boolean refused =
        instruction instanceof Instruction.OnBuild
            || instruction instanceof Instruction.From
            || instruction instanceof Instruction.Maintainer;
    if (errors.isEmpty() && (instruction == null || refused || lines.next() != null)) {
      errors.add(
          "trigger-invalid",
          "an ONBUILD trigger should be a single instruction, and not FROM, MAINTAINER or ONBUILD",
          new Span(1, 1, 1, 1),
          "the image holds the trigger " + Quoting.quote(source.text()),
          "rebuild the base image");
    }
    if (!errors.isEmpty()) {
      throw new DockerfileException(errors.all());
    }
    return instruction;
  }

  private void tooLarge() throws DockerfileException {
    errors.add(
        "file-too-large",
        "the Dockerfile is larger than " + (MAX_FILE_LENGTH >> 20) + " MiB",
        new Span(1, 1, 1, 1),
        "Docker reads no larger file",
        "is this the right file? COPY large texts from files of their own");
    throw new DockerfileException(errors.all());
  }

  private Instruction instruction(LogicalLine line) {
    if (reader == null) {
      // Directives come first, so the escape character is known by now.
      reader = new InstructionReader(lines.escape());
    }
    Range range = new Range(0, line.trimmedEnd());
    if (range.isEmpty()) {
      errors.add(
          "instruction-missing",
          "a continued line holds no instruction",
          line.span(0, 0),
          "the escape character joins this line with the next one, and nothing follows",
          "remove the line");
      return null;
    }
    Head head = reader.head(line.text(), range);
    Head inner = null;
    if (head.type() == InstructionLexer.ONBUILD && !head.rest().isEmpty()) {
      inner = reader.head(line.text(), head.rest());
    }
    List<HeredocBody> heredocs = heredocs(line, inner == null ? head : inner);
    Span end = end(line, range, heredocs);
    Draft draft = new Draft(line, range, head, heredocs, end, reader, errors, errors);
    if (head.type() != InstructionLexer.ONBUILD) {
      return InstructionBuilder.build(draft);
    }
    Draft trigger = null;
    if (inner != null) {
      SyntaxErrors own = new SyntaxErrors(source);
      trigger = new Draft(line, head.rest(), inner, heredocs, end, reader, own, errors);
    }
    return OnBuildBuilder.onBuild(draft, trigger, warnings);
  }

  private List<HeredocBody> heredocs(LogicalLine line, Head head) {
    boolean possible =
        head.type() == InstructionLexer.RUN
            || head.type() == InstructionLexer.COPY
            || head.type() == InstructionLexer.ADD;
    if (!possible
        || !line.text().contains("<<")
        || reader.array(line.text(), head.rest()) != null) {
      return List.of();
    }
    return Heredocs.read(line, lines, errors);
  }

  private Span end(LogicalLine line, Range range, List<HeredocBody> heredocs) {
    if (heredocs.isEmpty()) {
      return line.span(range.to(), range.to());
    }
    int column = lines.endColumn();
    return new Span(lines.line(), column, lines.line(), column);
  }

  private void add(LogicalLine line, Instruction instruction) {
    if (instruction instanceof Instruction.From begin) {
      endStage();
      from = begin;
      brokenFrom = false;
      description = description(line.comments(), from);
    } else if (instruction == null) {
      // A broken FROM begins a stage all the same: what follows is not to blame.
      brokenFrom = brokenFrom || isFrom(line);
    } else if (from != null) {
      instructions.add(instruction);
    } else if (instruction instanceof Instruction.Arg arg) {
      globalArgs.add(arg);
    } else if (!brokenFrom && !saidNoStage) {
      saidNoStage = true;
      errors.add(
          "no-build-stage",
          "no build stage in current context: "
              + instruction.origin().keyword()
              + " stands before FROM",
          instruction.span(),
          "only ARG may stand before the first FROM",
          "begin the file with FROM IMAGE");
    }
  }

  private static boolean isFrom(LogicalLine line) {
    return line.text().regionMatches(true, 0, "FROM", 0, 4)
        && (line.text().length() == 4 || Blanks.separatesWords(line.text().charAt(4)));
  }

  private static Optional<String> description(List<String> comments, Instruction.From from) {
    if (from.as().isEmpty()) {
      return Optional.empty();
    }
    String name = from.as().get().text().toLowerCase(java.util.Locale.ROOT) + " ";
    for (String comment : comments) {
      if (comment.startsWith(name)) {
        return Optional.of(comment.substring(name.length()));
      }
    }
    return Optional.empty();
  }

  private void endStage() {
    if (from != null) {
      stages.add(new Stage(stages.size(), from, instructions, description));
      from = null;
      instructions = new ArrayList<>();
    }
  }

  private void nothing(boolean anyInstruction) {
    String message;
    if (source.text().isEmpty()) {
      message = "the Dockerfile cannot be empty";
    } else {
      message =
          anyInstruction ? "the Dockerfile contains no build stages" : "file with no instructions";
    }
    errors.add(
        anyInstruction ? "no-stages" : "file-empty",
        message,
        new Span(1, 1, 1, 1),
        "a build begins with FROM",
        "begin the file with FROM IMAGE");
  }
}
