package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Arg.Declaration;
import dev.wadah.dockerfile.Instruction.Pair;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.Blanks;
import dev.wadah.dockerfile.internal.InstructionReader.PairWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** ARG, ENV and LABEL. */
final class PairBuilder {
  private PairBuilder() {}

  static Instruction env(Draft draft) {
    List<Pair> pairs = pairs(draft);
    return pairs == null ? null : new Instruction.Env(draft.origin(), pairs);
  }

  static Instruction label(Draft draft) {
    List<Pair> pairs = pairs(draft);
    return pairs == null ? null : new Instruction.Label(draft.origin(), pairs);
  }

  /** ARG. Docker looks at no flags here, so neither do we. */
  static Instruction arg(Draft draft) {
    List<Declaration> declarations = new ArrayList<>();
    for (PairWord word : draft.reader().pairs(draft.text(), draft.rest())) {
      Range[] parts = split(draft, word);
      if (parts[0].isEmpty()) {
        blankName(draft, word);
        return null;
      }
      Optional<Word> value =
          word.hasEquals() ? Optional.of(draft.word(parts[1])) : Optional.empty();
      declarations.add(new Declaration(draft.word(parts[0]), value));
    }
    if (declarations.isEmpty()) {
      draft.missing("ARG requires at least one argument", "write ARG NAME or ARG NAME=DEFAULT");
      return null;
    }
    return new Instruction.Arg(draft.origin(), declarations);
  }

  private static List<Pair> pairs(Draft draft) {
    List<PairWord> words = draft.reader().pairs(draft.text(), draft.rest());
    List<Pair> pairs =
        words.isEmpty() || words.get(0).hasEquals() ? assignments(draft, words) : legacy(draft);
    new FlagSet(draft).read();
    if (pairs != null && pairs.isEmpty()) {
      draft.missing(
          draft.keyword() + " requires at least one argument",
          "write " + draft.keyword() + " KEY=VALUE");
      return null;
    }
    return pairs;
  }

  private static List<Pair> assignments(Draft draft, List<PairWord> words) {
    List<Pair> pairs = new ArrayList<>(words.size());
    boolean good = true;
    for (PairWord word : words) {
      Range[] parts = split(draft, word);
      if (!word.hasEquals()) {
        noEquals(draft, word);
        good = false;
      } else if (parts[0].isEmpty()) {
        blankName(draft, word);
        good = false;
      } else {
        pairs.add(new Pair(draft.word(parts[0]), draft.word(parts[1]), false));
      }
    }
    return good ? pairs : null;
  }

  /** The old form KEY VALUE: all behind the first blank is the value. */
  private static List<Pair> legacy(Draft draft) {
    Range rest = draft.rest();
    int keyEnd = rest.from();
    while (keyEnd < rest.to() && !Blanks.separatesWords(draft.text().charAt(keyEnd))) {
      keyEnd++;
    }
    int value = keyEnd;
    while (value < rest.to() && Blanks.separatesWords(draft.text().charAt(value))) {
      value++;
    }
    if (value == rest.to()) {
      draft
          .lexical()
          .add(
              "value-missing",
              draft.keyword()
                  + " must have two arguments: "
                  + Quoting.quote(draft.text(rest))
                  + " has no value",
              draft.span(rest),
              "",
              "write " + draft.keyword() + " " + draft.text(rest) + "=VALUE");
      return null;
    }
    Word key = draft.word(new Range(rest.from(), keyEnd));
    return List.of(new Pair(key, draft.word(new Range(value, rest.to())), true));
  }

  /** Key and value: the first equals sign parts them, even one within quotes. */
  private static Range[] split(Draft draft, PairWord word) {
    Range range = word.range();
    if (!word.hasEquals()) {
      return new Range[] {range, new Range(range.to(), range.to())};
    }
    int equals = draft.text().indexOf('=', range.from());
    return new Range[] {new Range(range.from(), equals), new Range(equals + 1, range.to())};
  }

  private static void noEquals(Draft draft, PairWord word) {
    String text = draft.text(word.range());
    draft
        .lexical()
        .add(
            "equals-missing",
            "can't find = in " + Quoting.quote(text) + ", must be of the form name=value",
            draft.span(word.range()),
            "a blank ends a value, unless it is quoted or escaped",
            "put the value in double quotes, or write " + text + "=VALUE");
  }

  private static void blankName(Draft draft, PairWord word) {
    draft.error(
        "name-blank",
        draft.keyword() + " names can not be blank",
        draft.span(word.range()),
        "nothing stands before the equals sign",
        "write " + draft.keyword() + " NAME=VALUE");
  }
}
