package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Dockerfile.Directive;
import dev.wadah.dockerfile.DockerfileException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which checks run, and whether a finding fails the build: the value of the parser directive {@code
 * check} or of the build arg {@code BUILDKIT_DOCKERFILE_CHECK}.
 *
 * @param skip names of rules that do not run, or {@code all}
 * @param experimental names of experimental rules that run, or {@code all}
 * @param findingsAreErrors whether a finding fails the build
 */
public record CheckOptions(Set<String> skip, Set<String> experimental, boolean findingsAreErrors) {

  /** The build arg that takes precedence over the directive. */
  public static final String BUILD_ARG = "BUILDKIT_DOCKERFILE_CHECK";

  private static final String ALL = "all";
  private static final int MAX_PARTS = 3;

  public CheckOptions {
    skip = Set.copyOf(skip);
    experimental = Set.copyOf(experimental);
  }

  /** All rules that are not experimental, none of them an error. */
  public static CheckOptions defaults() {
    return new CheckOptions(Set.of(), Set.of(), false);
  }

  /**
   * The options of a build: those of the build arg when it is given, else those of the file.
   *
   * @throws DockerfileException if they are malformed
   */
  public static CheckOptions of(Dockerfile file, Map<String, String> buildArgs)
      throws DockerfileException {
    Optional<Directive> directive =
        file.directives().stream().filter(d -> d.key().equals("check")).findFirst();
    String argument = buildArgs.get(BUILD_ARG);
    try {
      if (argument != null) {
        return parse(argument);
      }
      // As in BuildKit, a directive's value ends at its first blank.
      return directive.isEmpty() ? defaults() : parse(directive.get().value().split(" ", 2)[0]);
    } catch (IllegalArgumentException e) {
      boolean inFile = argument == null;
      throw new DockerfileException(
          List.of(
              new Diagnostic(
                  "check-option-invalid",
                  Diagnostic.Severity.ERROR,
                  "failed to parse check options: " + e.getMessage(),
                  inFile ? Optional.of(file.source()) : Optional.empty(),
                  inFile ? directive.map(Directive::span) : Optional.empty(),
                  "options are skip=RULE,RULE or skip=all, experimental=RULE or all, error=true",
                  inFile ? "correct the check directive" : "correct the build arg " + BUILD_ARG,
                  "https://docs.docker.com/reference/dockerfile/#check")));
    }
  }

  /**
   * Parses {@code skip=A,B;error=true}.
   *
   * @throws IllegalArgumentException if an option is unknown or its value no boolean, with a
   *     message for the user
   */
  public static CheckOptions parse(String text) {
    Set<String> skip = Set.of();
    Set<String> experimental = Set.of();
    boolean error = false;
    String trimmed = text.trim();
    if (trimmed.isEmpty()) {
      return defaults();
    }
    for (String part : trimmed.split(";", MAX_PARTS)) {
      int equals = part.indexOf('=');
      String key = (equals < 0 ? part : part.substring(0, equals)).trim();
      String value = equals < 0 ? "" : part.substring(equals + 1).trim();
      if (equals >= 0 && key.equals("skip")) {
        skip = names(value);
      } else if (equals >= 0 && key.equals("experimental")) {
        experimental = names(value);
      } else if (equals >= 0 && key.equals("error")) {
        error = flag(value, part);
      } else {
        throw new IllegalArgumentException("invalid check option \"" + key + "\"");
      }
    }
    return new CheckOptions(skip, experimental, error);
  }

  private static Set<String> names(String list) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : list.split(",", -1)) {
      names.add(name.trim());
    }
    return names;
  }

  private static boolean flag(String value, String part) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              "check option \"" + part.trim() + "\" is neither true nor false");
    };
  }

  /** Whether a rule runs. Experimental rules must be asked for and cannot be skipped. */
  public boolean isOn(CheckRule rule) {
    if (rule.isExperimental()) {
      return experimental.contains(ALL) || experimental.contains(rule.id());
    }
    return !skip.contains(ALL) && !skip.contains(rule.id());
  }
}
