package dev.wadah.cli;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** The flags and arguments of one command line, by name without dashes. */
public final class Arguments {
  private final ParseResult result;

  Arguments(ParseResult result) {
    this.result = result;
  }

  /** Whether a switch is on. */
  public boolean has(String flag) {
    return result.matchedOptionValue(flag, false);
  }

  /** Whether a flag was given, with whatever value. */
  public boolean given(String flag) {
    return result.hasMatchedOption(flag);
  }

  /** The value of a flag. */
  public Optional<String> value(String flag) {
    return Optional.ofNullable(result.matchedOptionValue(flag, (String) null));
  }

  /** All values of a flag that may be repeated. */
  public List<String> values(String flag) {
    return result.matchedOptionValue(flag, List.<String>of());
  }

  /** The positional arguments. */
  public List<String> positional() {
    return result.matchedPositionals().isEmpty()
        ? List.of()
        : result.matchedPositionalValue(0, List.<String>of());
  }

  /** The value of a flag that is one of {@code allowed}. */
  public String oneOf(String flag, String otherwise, List<String> allowed) throws UsageException {
    String value = value(flag).orElse(otherwise);
    if (!allowed.contains(value)) {
      throw new UsageException(
          "invalid value \"%s\" for --%s".formatted(value, flag),
          "it is one of " + String.join(", ", allowed),
          "");
    }
    return value;
  }
}
