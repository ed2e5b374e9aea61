package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction.Flag;
import dev.wadah.dockerfile.Instruction.Origin;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.internal.Head.FlagWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One instruction that is being understood: its line, its head, and where errors go.
 *
 * @param line the logical line
 * @param range the part of it that the instruction takes, without blanks at the ends
 * @param head what the first step of reading found
 * @param heredocs its here-documents
 * @param end where it ends, here-documents included
 * @param reader reads the arguments
 * @param errors takes what is wrong with it
 * @param lexical takes what is wrong with its words, which is wrong even in an ONBUILD that never
 *     fires
 */
record Draft(
    LogicalLine line,
    Range range,
    Head head,
    List<HeredocBody> heredocs,
    Span end,
    InstructionReader reader,
    SyntaxErrors errors,
    SyntaxErrors lexical) {

  /**
   * A here-document with its body.
   *
   * @param raw the body with its tabs and line ends
   */
  record HeredocBody(HeredocMarker marker, String raw) {}

  String text() {
    return line.text();
  }

  String text(Range r) {
    return line.text(r.from(), r.to());
  }

  /** The file's escape character. */
  char escape() {
    return reader.escape();
  }

  /** The instruction's name in capitals. */
  String keyword() {
    return text(head.name()).toUpperCase(Locale.ROOT);
  }

  Range rest() {
    return head.rest();
  }

  Span span(Range r) {
    return line.span(r.from(), r.to());
  }

  /** The span of the name: where a missing argument is reported. */
  Span nameSpan() {
    return span(head.name());
  }

  Word word(Range r) {
    return new Word(text(r), span(r));
  }

  Origin origin() {
    List<Flag> flags = new ArrayList<>(head.flags().size());
    for (FlagWord flag : head.flags()) {
      int equals = flag.word().indexOf('=');
      String name = flag.word().substring(2, equals < 0 ? flag.word().length() : equals);
      Optional<String> value =
          equals < 0 ? Optional.empty() : Optional.of(flag.word().substring(equals + 1));
      flags.add(new Flag(name, value, span(flag.range())));
    }
    return new Origin(text(head.name()), span(range).to(end), text(range), flags);
  }

  void error(String code, String message, Span span, String why, String remedy) {
    errors.add(code, message, span, why, remedy);
  }

  void missing(String message, String remedy) {
    error("missing-argument", message, nameSpan(), "", remedy);
  }
}
