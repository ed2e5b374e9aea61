package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.Blanks;
import dev.wadah.dockerfile.internal.InstructionReader.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Makes the typed tree of an instruction and reports what is wrong with it, as BuildKit's packages
 * parser and instructions together would. Every method gives null when it reported an error that
 * leaves nothing to build.
 */
final class InstructionBuilder {
  private static final List<String> NAMES =
      List.of(
          "ADD",
          "ARG",
          "CMD",
          "COPY",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "FROM",
          "HEALTHCHECK",
          "LABEL",
          "MAINTAINER",
          "ONBUILD",
          "RUN",
          "SHELL",
          "STOPSIGNAL",
          "USER",
          "VOLUME",
          "WORKDIR");

  private InstructionBuilder() {}

  /** The instruction of any draft but ONBUILD, which {@link OnBuildBuilder} makes. */
  static Instruction build(Draft draft) {
    return switch (draft.head().type()) {
      case InstructionLexer.ADD -> TransferBuilder.add(draft);
      case InstructionLexer.COPY -> TransferBuilder.copy(draft);
      case InstructionLexer.ARG -> PairBuilder.arg(draft);
      case InstructionLexer.ENV -> PairBuilder.env(draft);
      case InstructionLexer.LABEL -> PairBuilder.label(draft);
      case InstructionLexer.CMD -> cmd(draft);
      case InstructionLexer.ENTRYPOINT -> entrypoint(draft);
      case InstructionLexer.RUN -> RunBuilder.run(draft);
      case InstructionLexer.SHELL -> shell(draft);
      case InstructionLexer.HEALTHCHECK -> HealthCheckBuilder.healthCheck(draft);
      case InstructionLexer.FROM -> FromBuilder.from(draft);
      case InstructionLexer.EXPOSE -> expose(draft);
      case InstructionLexer.VOLUME -> volume(draft);
      default -> single(draft);
    };
  }

  /** The instructions that take the rest of the line as one argument. */
  private static Instruction single(Draft draft) {
    if (draft.head().type() == InstructionLexer.NAME) {
      return unknown(draft);
    }
    boolean flagsMatter = draft.head().type() != InstructionLexer.STOPSIGNAL;
    if (flagsMatter) {
      new FlagSet(draft).read();
    }
    if (draft.rest().isEmpty()) {
      draft.missing(draft.keyword() + " requires exactly one argument", remedy(draft));
      return null;
    }
    Word word = draft.word(draft.rest());
    return switch (draft.head().type()) {
      case InstructionLexer.MAINTAINER -> new Instruction.Maintainer(draft.origin(), word);
      case InstructionLexer.STOPSIGNAL -> new Instruction.StopSignal(draft.origin(), word);
      case InstructionLexer.USER -> new Instruction.User(draft.origin(), word);
      default -> new Instruction.Workdir(draft.origin(), word);
    };
  }

  private static String remedy(Draft draft) {
    return switch (draft.head().type()) {
      case InstructionLexer.MAINTAINER -> "write LABEL org.opencontainers.image.authors=\"NAME\"";
      case InstructionLexer.STOPSIGNAL -> "write STOPSIGNAL SIGNAL, such as STOPSIGNAL SIGTERM";
      case InstructionLexer.USER -> "write USER NAME or USER UID:GID";
      default -> "write WORKDIR PATH, such as WORKDIR /app";
    };
  }

  private static Instruction unknown(Draft draft) {
    String name = draft.text(draft.head().name());
    draft.error(
        "unknown-instruction",
        "unknown instruction " + Quoting.quote(name),
        draft.nameSpan(),
        "every line begins with an instruction, unless the line before it ends in the escape"
            + " character",
        whatToWrite(name));
    return null;
  }

  private static String whatToWrite(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    for (String known : NAMES) {
      boolean glued =
          upper.startsWith(known)
              && upper.length() > known.length()
              && !Character.isLetterOrDigit(upper.charAt(known.length()));
      if (glued) {
        return "did you mean " + known + "? a blank follows it";
      }
    }
    return Suggestions.nearest(name, NAMES)
        .map(near -> "did you mean " + near + "?")
        .orElse("known are " + String.join(", ", NAMES));
  }

  private static Instruction cmd(Draft draft) {
    new FlagSet(draft).read();
    Command command = command(draft, draft.rest());
    return command == null ? null : new Instruction.Cmd(draft.origin(), command);
  }

  private static Instruction entrypoint(Draft draft) {
    new FlagSet(draft).read();
    Command command = command(draft, draft.rest());
    return command == null ? null : new Instruction.Entrypoint(draft.origin(), command);
  }

  /** A command in exec or shell form; null when it is an array that holds more than strings. */
  static Command command(Draft draft, Range range) {
    JsonArray array = draft.reader().array(draft.text(), range);
    if (array == null) {
      return new Command.Shell(draft.text(range));
    }
    return isStrings(draft, array) ? new Command.Exec(array.strings()) : null;
  }

  /** Reports an array that holds more than strings: that is no shell form but a mistake. */
  static boolean isStrings(Draft draft, JsonArray array) {
    if (array.other() == null) {
      return true;
    }
    String value = draft.text(array.other());
    draft
        .lexical()
        .add(
            "json-not-string",
            "the JSON array of "
                + draft.keyword()
                + " must hold strings only, not "
                + Quoting.quote(value),
            draft.span(array.other()),
            "a JSON array of other values is neither exec form nor shell form",
            "put it in double quotes");
    return false;
  }

  private static Instruction shell(Draft draft) {
    new FlagSet(draft).read();
    JsonArray array = draft.reader().array(draft.text(), draft.rest());
    if (array != null && !isStrings(draft, array)) {
      return null;
    }
    if (draft.rest().isEmpty() || (array != null && array.strings().isEmpty())) {
      draft.missing("SHELL requires at least one argument", "write SHELL [\"/bin/bash\", \"-c\"]");
      return null;
    }
    if (array == null) {
      draft.error(
          "shell-not-json",
          "SHELL requires the arguments to be in JSON form",
          draft.span(draft.rest()),
          "SHELL names a program and its options one by one",
          "write SHELL [\"/bin/bash\", \"-c\"], with double quotes");
      return null;
    }
    return new Instruction.Shell(draft.origin(), array.strings());
  }

  private static Instruction expose(Draft draft) {
    new FlagSet(draft).read();
    List<Word> ports = new ArrayList<>();
    for (Range range : draft.reader().words(draft.text(), draft.rest())) {
      ports.add(draft.word(range));
    }
    if (ports.isEmpty()) {
      draft.missing("EXPOSE requires at least one argument", "write EXPOSE PORT[/PROTOCOL]");
      return null;
    }
    return new Instruction.Expose(draft.origin(), ports);
  }

  private static Instruction volume(Draft draft) {
    new FlagSet(draft).read();
    List<Word> paths = wordsOrStrings(draft);
    if (paths == null) {
      return null;
    }
    if (paths.isEmpty()) {
      draft.missing("VOLUME requires at least one argument", "write VOLUME PATH");
      return null;
    }
    List<Word> trimmed = new ArrayList<>(paths.size());
    for (Word path : paths) {
      String text = Blanks.trim(path.text());
      if (text.isEmpty()) {
        draft.error(
            "volume-empty",
            "VOLUME can not be an empty string",
            path.span(),
            "",
            "name a path, such as VOLUME /data");
      }
      trimmed.add(new Word(text, path.span()));
    }
    return new Instruction.Volume(draft.origin(), trimmed);
  }

  /** The arguments of COPY, ADD and VOLUME: a JSON array, else words; null after an error. */
  static List<Word> wordsOrStrings(Draft draft) {
    JsonArray array = draft.reader().array(draft.text(), draft.rest());
    List<Word> words = new ArrayList<>();
    if (array == null) {
      for (Range range : draft.reader().words(draft.text(), draft.rest())) {
        words.add(draft.word(range));
      }
      return words;
    }
    if (!isStrings(draft, array)) {
      return null;
    }
    for (int i = 0; i < array.strings().size(); i++) {
      Span span = draft.span(array.ranges().get(i));
      words.add(new Word(array.strings().get(i), span));
    }
    return words;
  }
}
