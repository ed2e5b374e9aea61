package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Instruction.HealthCheck.Timing;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.internal.FlagSet.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** HEALTHCHECK. */
final class HealthCheckBuilder {
  private static final long SHORTEST_NANOS = 1_000_000;

  private HealthCheckBuilder() {}

  static Instruction healthCheck(Draft draft) {
    if (draft.rest().isEmpty()) {
      draft.missing(
          "HEALTHCHECK requires at least one argument",
          "write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE");
      return null;
    }
    List<Range> parts = draft.reader().healthcheck(draft.text(), draft.rest());
    String type = draft.text(parts.get(0)).toUpperCase(Locale.ROOT);
    // The array is looked at whatever the type is: numbers in it are a mistake of the first pass.
    Command command = InstructionBuilder.command(draft, parts.get(1));
    if (command == null) {
      return null;
    }
    return type.equals("NONE") ? none(draft, parts.get(1), command) : test(draft, parts, command);
  }

  /** NONE: Docker looks at no flags here. */
  private static Instruction none(Draft draft, Range rest, Command command) {
    if (!isEmpty(command)) {
      draft.error(
          "argument-count",
          "HEALTHCHECK NONE takes no arguments",
          draft.span(rest),
          "NONE switches off the health check of the base image",
          "remove what follows NONE");
      return null;
    }
    return new Instruction.HealthCheck(draft.origin(), Optional.empty(), new Timing(0, 0, 0, 0, 0));
  }

  private static Instruction test(Draft draft, List<Range> parts, Command command) {
    FlagSet flags =
        new FlagSet(draft)
            .knows(Kind.VALUE, "interval", "timeout", "start-period", "start-interval", "retries")
            .read();
    if (!draft.text(parts.get(0)).equalsIgnoreCase("CMD")) {
      draft.error(
          "healthcheck-type",
          "unknown type " + Quoting.quote(draft.text(parts.get(0))) + " in HEALTHCHECK",
          draft.span(parts.get(0)),
          "HEALTHCHECK is followed by CMD and a command, or by NONE",
          "write HEALTHCHECK CMD " + draft.text(draft.rest()));
      return null;
    }
    if (isEmpty(command)) {
      draft.missing("missing command after HEALTHCHECK CMD", "write HEALTHCHECK CMD COMMAND");
      return null;
    }
    Timing timing =
        new Timing(
            duration(draft, flags, "interval"),
            duration(draft, flags, "timeout"),
            duration(draft, flags, "start-period"),
            duration(draft, flags, "start-interval"),
            retries(draft, flags));
    return new Instruction.HealthCheck(draft.origin(), Optional.of(command), timing);
  }

  private static boolean isEmpty(Command command) {
    if (command instanceof Command.Exec exec) {
      return exec.arguments().isEmpty();
    }
    return ((Command.Shell) command).line().isEmpty();
  }

  private static long duration(Draft draft, FlagSet flags, String name) {
    Optional<Word> value = flags.value(name);
    if (value.isEmpty() || value.get().text().isEmpty()) {
      return 0;
    }
    OptionalLong nanos = GoDuration.parse(value.get().text());
    if (nanos.isEmpty()) {
      draft.error(
          "duration-invalid",
          "invalid duration " + Quoting.quote(value.get().text()) + " of --" + name,
          value.get().span(),
          "a duration is a number with a unit: ns, us, ms, s, m or h",
          "write --" + name + "=30s");
      return 0;
    }
    if (nanos.getAsLong() != 0 && nanos.getAsLong() < SHORTEST_NANOS) {
      draft.error(
          "duration-too-short",
          "--" + name + " cannot be less than 1ms",
          value.get().span(),
          "",
          "write --" + name + "=1ms or more, or 0 for the default");
      return 0;
    }
    return nanos.getAsLong();
  }

  private static int retries(Draft draft, FlagSet flags) {
    Optional<Word> value = flags.value("retries");
    if (value.isEmpty() || value.get().text().isEmpty()) {
      return 0;
    }
    String text = value.get().text();
    Long retries = number(text);
    if (retries == null || retries < 0) {
      boolean negative = retries != null;
      draft.error(
          "retries-invalid",
          negative
              ? "--retries cannot be negative (" + text + ")"
              : "invalid number " + Quoting.quote(text) + " of --retries",
          value.get().span(),
          "",
          "write --retries=3, or 0 for the default");
      return 0;
    }
    return retries.intValue();
  }

  private static Long number(String text) {
    int digits = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    if (text.length() == digits || text.length() > 18) {
      return null;
    }
    for (int i = digits; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return null;
      }
    }
    long value = Long.parseLong(text);
    return value == (int) value ? value : null;
  }
}
