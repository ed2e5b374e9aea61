package dev.wadah.build.graph;

import dev.wadah.dockerfile.Instruction;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The expanded options of a mount, read as numbers, sizes and switches. */
final class MountOptions {
  private static final Map<String, Long> UNITS =
      Map.of("", 1L, "b", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30, "t", 1L << 40);

  private static final int MAX_MODE = 07777;

  private final StagePlanner stage;
  private final Instruction.Mount mount;

  MountOptions(StagePlanner stage, Instruction.Mount mount) {
    this.stage = stage;
    this.mount = mount;
  }

  Optional<String> value(String key) {
    return mount
        .option(key)
        .map(
            text ->
                stage
                    .scope()
                    .expand(text, stage.state().blame(mount.span()), stage.state().env().values()));
  }

  /** A switch; the parser has turned {@code rw} and {@code ro} into {@code readonly}. */
  boolean flag(String key, boolean whenMissing) {
    Optional<String> value = value(key);
    if (value.isEmpty()) {
      return whenMissing;
    }
    switch (value.get().toLowerCase(Locale.ROOT)) {
      case "true", "1", "" -> {
        return true;
      }
      case "false", "0" -> {
        return false;
      }
      default -> throw invalid(key, value.get(), "it is a switch", "write %s=true".formatted(key));
    }
  }

  Op.Ownership ownership() {
    return new Op.Ownership(number("mode", 8), number("uid", 10), number("gid", 10));
  }

  private OptionalInt number(String key, int radix) {
    Optional<String> value = value(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      int number = Integer.parseUnsignedInt(value.get(), radix);
      if (number >= 0 && (radix == 10 || number <= MAX_MODE)) {
        return OptionalInt.of(number);
      }
    } catch (NumberFormatException e) {
      throw invalid(
          key,
          value.get(),
          "it is no number",
          "write for instance %s=%s".formatted(key, radix == 8 ? "0755" : "1000"));
    }
    throw invalid(key, value.get(), "it is too large", "modes end at 07777");
  }

  /** The size of a tmpfs; 0 when none is given. */
  long sizeBytes() {
    Optional<String> value = value("size");
    if (value.isEmpty() || value.get().isEmpty()) {
      return 0;
    }
    String text = value.get().toLowerCase(Locale.ROOT);
    int end = 0;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    String unit = text.substring(end).replaceFirst("i?b$", "");
    if (end == 0 || end > 15 || !UNITS.containsKey(unit)) {
      throw invalid("size", value.get(), "it is no size", "write for instance size=64m");
    }
    return Long.parseLong(text.substring(0, end)) * UNITS.get(unit);
  }

  private Complaint invalid(String key, String value, String why, String remedy) {
    return stage.complaint(
        "invalid-mount",
        "invalid value \"%s\" for the mount option \"%s\"".formatted(value, key),
        mount.span(),
        why,
        remedy);
  }
}
