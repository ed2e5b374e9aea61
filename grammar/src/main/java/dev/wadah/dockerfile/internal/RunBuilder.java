package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.internal.Draft.HeredocBody;
import dev.wadah.dockerfile.internal.FlagSet.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** RUN. */
final class RunBuilder {
  private static final List<String> NETWORKS = List.of("default", "none", "host");
  private static final List<String> SECURITY = List.of("sandbox", "insecure");
  private static final List<String> DEVICE_KEYS = List.of("name", "required");

  private RunBuilder() {}

  static Instruction run(Draft draft) {
    FlagSet flags =
        new FlagSet(draft)
            .knows(Kind.VALUES, "mount", "device")
            .knows(Kind.VALUE, "network", "security")
            .read();
    Command command = InstructionBuilder.command(draft, draft.rest());
    if (command == null) {
      return null;
    }
    if (command instanceof Command.Exec exec && exec.arguments().isEmpty()) {
      draft.error(
          "run-empty",
          "RUN with an empty array has no argument to run",
          draft.span(draft.rest()),
          "the first string of the array is the program",
          "write RUN [\"PROGRAM\", \"ARGUMENT\"]");
    }
    flags.value("network").ifPresent(w -> oneOf(draft, "network", w, NETWORKS));
    flags.value("security").ifPresent(w -> oneOf(draft, "security", w, SECURITY));
    flags.values("device").forEach(w -> checkDevice(draft, w));
    return new Instruction.Run(
        draft.origin(),
        command,
        heredocs(draft),
        mounts(draft, flags.values("mount")),
        flags.value("network"),
        flags.value("security"),
        flags.values("device"));
  }

  private static List<Mount> mounts(Draft draft, List<Word> words) {
    List<Mount> mounts = new ArrayList<>(words.size());
    for (Word word : words) {
      mounts.add(new MountBuilder(draft, word).build());
    }
    return mounts;
  }

  private static List<Heredoc> heredocs(Draft draft) {
    List<Heredoc> heredocs = new ArrayList<>(draft.heredocs().size());
    for (HeredocBody body : draft.heredocs()) {
      HeredocMarker marker = body.marker();
      heredocs.add(Heredocs.typed(marker, body.raw(), draft.span(marker.range())));
    }
    return heredocs;
  }

  private static void oneOf(Draft draft, String flag, Word word, List<String> known) {
    if (known.contains(word.text())) {
      return;
    }
    draft.error(
        flag + "-invalid",
        "invalid value " + Quoting.quote(word.text()) + " of --" + flag,
        word.span(),
        "--" + flag + " is one of " + String.join(", ", known),
        Suggestions.nearest(word.text(), known)
            .map(n -> "did you mean --" + flag + "=" + n + "?")
            .orElse("write --" + flag + "=" + known.get(0)));
  }

  /** A device is a name, or fields of which one is the name; the others are {@code required}. */
  private static void checkDevice(Draft draft, Word word) {
    List<String> fields = draft.reader().fields(word.text());
    if (fields == null) {
      MountBuilder.malformed(draft, "device", word);
      return;
    }
    boolean named = false;
    for (String field : fields) {
      int equals = field.indexOf('=');
      String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
      boolean isRequired = key.equals("required");
      boolean isName = key.equals("name") && equals >= 0;
      if (isRequired ? equals >= 0 && !isBoolean(field.substring(equals + 1)) : named) {
        draft.error(
            "device-invalid",
            "invalid field " + Quoting.quote(field) + " in --device",
            word.span(),
            "--device holds one device name and perhaps required",
            "known keys are " + String.join(", ", DEVICE_KEYS));
      }
      named = named || isName || !isRequired;
    }
  }

  /** What Go's strconv.ParseBool accepts. */
  static boolean isBoolean(String value) {
    return isTrue(value) || List.of("0", "f", "F", "FALSE", "false", "False").contains(value);
  }

  static boolean isTrue(String value) {
    return List.of("1", "t", "T", "TRUE", "true", "True").contains(value);
  }
}
