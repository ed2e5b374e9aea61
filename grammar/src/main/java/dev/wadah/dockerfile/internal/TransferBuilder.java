package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Instruction.Transfer;
import dev.wadah.dockerfile.Instruction.TransferFlags;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import dev.wadah.dockerfile.internal.Draft.HeredocBody;
import dev.wadah.dockerfile.internal.FlagSet.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** COPY and ADD. */
final class TransferBuilder {
  private TransferBuilder() {}

  static Instruction copy(Draft draft) {
    FlagSet flags =
        new FlagSet(draft)
            .knows(Kind.VALUE, "from", "chown", "chmod")
            .knows(Kind.SWITCH, "link", "parents")
            .knows(Kind.VALUES, "exclude")
            .read();
    flags.value("from").ifPresent(from -> checkFrom(draft, from));
    Transfer transfer = transfer(draft, flags);
    return transfer == null ? null : new Instruction.Copy(draft.origin(), transfer);
  }

  static Instruction add(Draft draft) {
    FlagSet flags =
        new FlagSet(draft)
            .knows(Kind.VALUE, "chown", "chmod", "checksum")
            .knows(Kind.SWITCH, "link", "keep-git-dir", "unpack")
            .knows(Kind.VALUES, "exclude")
            .read();
    Transfer transfer = transfer(draft, flags);
    if (transfer == null) {
      return null;
    }
    return new Instruction.Add(
        draft.origin(),
        transfer,
        flags.value("checksum"),
        flags.isOn("keep-git-dir"),
        flags.choice("unpack"));
  }

  /** The stages that a file copies from must be known before any variable of a stage is. */
  private static void checkFrom(Draft draft, Word from) {
    try {
      WordExpander expander = WordExpander.withEscape(draft.escape());
      if (expander.expand(from.text(), Map.of()).value().equals(from.text())) {
        return;
      }
    } catch (ExpansionException e) {
      // Reported below: whatever needs expansion is refused.
    }
    draft.error(
        "copy-from-variable",
        "variable expansion is not supported for --from",
        from.span(),
        "which stages a build needs is decided before variables of a stage have values",
        "define a stage with FROM and a global ARG, and name that stage");
  }

  private static Transfer transfer(Draft draft, FlagSet flags) {
    List<Word> words = InstructionBuilder.wordsOrStrings(draft);
    if (words == null) {
      return null;
    }
    if (words.size() < 2) {
      String given = words.isEmpty() ? "none was" : "only one was";
      draft.missing(
          draft.keyword() + " requires at least two arguments, but " + given + " provided",
          "write " + draft.keyword() + " SOURCE... DESTINATION");
      return null;
    }
    Word destination = words.get(words.size() - 1);
    if (HeredocMarker.parse(destination.text(), 0) != null) {
      draft.error(
          "heredoc-destination",
          draft.keyword() + " cannot accept a heredoc as a destination",
          destination.span(),
          "the last argument is the destination",
          "write the path of the file behind " + destination.text());
      return null;
    }
    return split(draft, words.subList(0, words.size() - 1), destination, flags);
  }

  private static Transfer split(Draft draft, List<Word> words, Word destination, FlagSet flags) {
    List<Word> sources = new ArrayList<>();
    List<Heredoc> heredocs = new ArrayList<>();
    for (Word word : words) {
      HeredocMarker marker = HeredocMarker.parse(word.text(), 0);
      if (marker == null) {
        sources.add(word);
      } else {
        heredocs.add(Heredocs.typed(marker, body(draft, marker.name()), word.span()));
      }
    }
    TransferFlags typed =
        new TransferFlags(
            flags.value("from"),
            flags.value("chown"),
            flags.value("chmod"),
            flags.isOn("link"),
            flags.isOn("parents"),
            flags.values("exclude"));
    return new Transfer(sources, heredocs, destination, typed);
  }

  /** The body by its name; a marker in a JSON array has none and gives an empty file. */
  private static String body(Draft draft, String name) {
    String raw = "";
    for (HeredocBody heredoc : draft.heredocs()) {
      if (heredoc.marker().name().equals(name)) {
        raw = heredoc.raw();
      }
    }
    return raw;
  }
}
