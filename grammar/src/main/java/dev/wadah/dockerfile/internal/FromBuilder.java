package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.internal.FlagSet.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** FROM. */
final class FromBuilder {
  private FromBuilder() {}

  static Instruction from(Draft draft) {
    FlagSet flags = new FlagSet(draft).knows(Kind.VALUE, "platform").read();
    List<Range> words = draft.reader().from(draft.text(), draft.rest());
    boolean named = words.size() == 3;
    if (words.isEmpty() || (named && !draft.text(words.get(1)).equalsIgnoreCase("AS"))) {
      wrongArguments(draft, words);
      return null;
    }
    if (named && !isStageName(draft.text(words.get(2)).toLowerCase(Locale.ROOT))) {
      draft.error(
          "stage-name-invalid",
          "invalid name for build stage: " + Quoting.quote(draft.text(words.get(2))),
          draft.span(words.get(2)),
          "a stage name begins with a letter and holds letters, digits, '-', '_' and '.'",
          "choose another name");
      return null;
    }
    Optional<Word> as = named ? Optional.of(draft.word(words.get(2))) : Optional.empty();
    return new Instruction.From(
        draft.origin(), draft.word(words.get(0)), flags.value("platform"), as);
  }

  private static void wrongArguments(Draft draft, List<Range> words) {
    String message = "FROM requires either one or three arguments";
    if (draft.rest().isEmpty()) {
      draft.missing(message, "write FROM IMAGE or FROM IMAGE AS NAME");
      return;
    }
    boolean notAs = words.size() == 3;
    draft.error(
        "argument-count",
        message,
        draft.span(notAs ? words.get(1) : draft.rest()),
        notAs ? "the word between image and stage name is AS" : "",
        "write FROM IMAGE or FROM IMAGE AS NAME");
  }

  private static boolean isStageName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z';
      boolean other = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!letter && (i == 0 || !other)) {
        return false;
      }
    }
    return true;
  }
}
