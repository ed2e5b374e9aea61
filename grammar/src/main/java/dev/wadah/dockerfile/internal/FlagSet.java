package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.internal.Head.FlagWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The flags of one instruction, checked against those that it knows. */
final class FlagSet {
  /** What a flag takes. */
  enum Kind {
    /** A value, once. */
    VALUE,
    /** A value, any number of times. */
    VALUES,
    /** Nothing, or true or false; once. */
    SWITCH
  }

  private final Draft draft;
  private final Map<String, Kind> known = new LinkedHashMap<>();
  private final Map<String, List<Word>> given = new LinkedHashMap<>();

  FlagSet(Draft draft) {
    this.draft = draft;
  }

  FlagSet knows(Kind kind, String... names) {
    for (String name : names) {
      known.put(name, kind);
    }
    return this;
  }

  /** Reads the instruction's flags and reports every mistake in them. */
  FlagSet read() {
    for (FlagWord flag : draft.head().flags()) {
      int equals = flag.word().indexOf('=');
      String name = flag.word().substring(2, equals < 0 ? flag.word().length() : equals);
      Span span = draft.span(flag.range());
      Kind kind = known.get(name);
      if (kind == null) {
        unknown(name, span);
      } else if (kind != Kind.VALUES && given.containsKey(name)) {
        draft.error(
            "duplicate-flag",
            "duplicate flag --" + name,
            span,
            draft.keyword() + " takes --" + name + " once",
            "remove one of them");
      } else if (equals < 0) {
        bare(name, kind, span);
      } else {
        value(name, kind, flag, flag.word().substring(equals + 1));
      }
    }
    return this;
  }

  private void bare(String name, Kind kind, Span span) {
    if (kind == Kind.SWITCH) {
      add(name, new Word("true", span));
      return;
    }
    noValue(name, span);
  }

  private void value(String name, Kind kind, FlagWord flag, String value) {
    Span span = valueSpan(flag);
    if (kind != Kind.SWITCH) {
      add(name, new Word(value, span));
      return;
    }
    String lower = value.toLowerCase(Locale.ROOT);
    if (lower.isEmpty()) {
      noValue(name, draft.span(flag.range()));
    } else if (lower.equals("true") || lower.equals("false")) {
      add(name, new Word(lower, span));
    } else {
      draft.error(
          "flag-not-boolean",
          "--" + name + " expects true or false, not " + Quoting.quote(value),
          span,
          "",
          "write --" + name + " alone, --" + name + "=true or --" + name + "=false");
    }
  }

  /** The value begins behind the first equals sign as written: a quote may stand before it. */
  private Span valueSpan(FlagWord flag) {
    int from = draft.text().indexOf('=', flag.range().from()) + 1;
    return draft.line().span(Math.min(from, flag.range().to()), flag.range().to());
  }

  private void add(String name, Word value) {
    given.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
  }

  private void noValue(String name, Span span) {
    draft.error(
        "flag-needs-value",
        "missing a value on flag --" + name,
        span,
        "the value follows an equals sign, without blanks",
        "write --" + name + "=VALUE");
  }

  private void unknown(String name, Span span) {
    Optional<String> near = Suggestions.nearest(name, known.keySet());
    String why =
        known.isEmpty() ? " takes no flags" : " knows --" + String.join(", --", known.keySet());
    draft.error(
        "unknown-flag",
        "unknown flag --" + name + " of " + draft.keyword(),
        span,
        draft.keyword() + why,
        near.map(n -> "did you mean --" + n + "?").orElse("remove the flag"));
  }

  Optional<Word> value(String name) {
    List<Word> words = given.get(name);
    return words == null ? Optional.empty() : Optional.of(words.get(0));
  }

  List<Word> values(String name) {
    return given.getOrDefault(name, List.of());
  }

  Optional<Boolean> choice(String name) {
    return value(name).map(word -> word.text().equals("true"));
  }

  boolean isOn(String name) {
    return choice(name).orElse(false);
  }
}
