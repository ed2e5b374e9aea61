package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction.From;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.WordExpander.Expansion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks of FROM: the variables in it, its platform, its defaults. */
final class FromChecks {
  private static final String TARGET_PLATFORM = "TARGETPLATFORM";
  private static final Set<String> SYSTEMS =
      Set.of("linux", "windows", "darwin", "freebsd", "netbsd", "openbsd", "solaris", "wasi");
  private static final Map<String, String> ARCHITECTURES =
      Map.ofEntries(
          Map.entry("amd64", "amd64"),
          Map.entry("x86_64", "amd64"),
          Map.entry("x86-64", "amd64"),
          Map.entry("arm64", "arm64"),
          Map.entry("aarch64", "arm64"),
          Map.entry("arm", "arm"),
          Map.entry("armhf", "arm"),
          Map.entry("armel", "arm"),
          Map.entry("386", "386"),
          Map.entry("i386", "386"),
          Map.entry("ppc64le", "ppc64le"),
          Map.entry("s390x", "s390x"),
          Map.entry("riscv64", "riscv64"),
          Map.entry("mips64le", "mips64le"),
          Map.entry("loong64", "loong64"),
          Map.entry("wasm", "wasm"));

  private FromChecks() {}

  static void run(Dockerfile file, GlobalArgs globals, CheckContext context, Findings findings) {
    defaults(file, globals, context, findings);
    for (Stage stage : file.stages()) {
      From from = stage.from();
      globals.expansion(from.image()).ifPresent(e -> undefined(from, e, globals, findings));
      from.platform().ifPresent(platform -> platform(stage, platform, globals, findings));
    }
  }

  /** Looks at the image names as they are when no build arg is given. */
  private static void defaults(
      Dockerfile file, GlobalArgs globals, CheckContext context, Findings findings) {
    GlobalArgs unset = GlobalArgs.of(file, globals.expander(), Map.of(), context.platformArgs());
    if (unset.failed()) {
      return;
    }
    for (Stage stage : file.stages()) {
      Word image = stage.from().image();
      Optional<String> name = unset.expand(image);
      if (name.isEmpty()) {
        return;
      }
      if (!context.isImageName().test(name.get())) {
        findings.add(
            CheckRule.INVALID_DEFAULT_ARG_IN_FROM,
            stage.from().span(),
            "Default value for ARG "
                + image.text()
                + " results in empty or invalid base image name");
      }
    }
  }

  private static void undefined(
      From from, Expansion expansion, GlobalArgs globals, Findings findings) {
    for (String name : expansion.unmatched()) {
      if (!globals.declared().contains(name)) {
        String hint =
            Suggestions.nearestForDocker(name, globals.declared())
                .map(near -> " (did you mean " + near + "?)")
                .orElse("");
        findings.add(
            CheckRule.UNDEFINED_ARG_IN_FROM,
            from.span(),
            "FROM argument '" + name + "' is not declared" + hint);
      }
    }
  }

  private static void platform(Stage stage, Word platform, GlobalArgs globals, Findings findings) {
    Optional<Expansion> expansion = globals.expansion(platform);
    if (expansion.isEmpty()) {
      return;
    }
    Expansion value = expansion.get();
    undefined(stage.from(), value, globals, findings);
    boolean onlyTarget =
        value.matched().equals(Set.of(TARGET_PLATFORM)) && value.unmatched().isEmpty();
    if (onlyTarget && value.value().equals(globals.values().get(TARGET_PLATFORM))) {
      findings.add(
          CheckRule.REDUNDANT_TARGET_PLATFORM,
          stage.from().span(),
          "Setting platform to predefined "
              + platform.text()
              + " in FROM is redundant as this is the default behavior");
    }
    if (value.matched().isEmpty() && value.unmatched().isEmpty()) {
      constant(stage, value.value(), findings);
    }
  }

  /** A constant is fine when the stage says so in its name. */
  private static void constant(Stage stage, String platform, Findings findings) {
    List<String> parts = osAndArchitecture(platform.toLowerCase(Locale.ROOT));
    String name = stage.name().orElse("");
    if (parts.stream().noneMatch(name::contains) && !parts.isEmpty()) {
      findings.add(
          CheckRule.FROM_PLATFORM_FLAG_CONST_DISALLOWED,
          stage.from().span(),
          "FROM --platform flag should not use constant value \"" + platform + "\"");
    }
  }

  /** Operating system and architecture; empty when the text is no platform. */
  private static List<String> osAndArchitecture(String platform) {
    String[] parts = platform.split("/", -1);
    if (parts.length == 1) {
      if (SYSTEMS.contains(platform)) {
        return List.of(platform);
      }
      String architecture = ARCHITECTURES.get(platform);
      return architecture == null ? List.of() : List.of("linux", architecture);
    }
    boolean complete = parts.length <= 3 && !parts[0].isEmpty() && !parts[1].isEmpty();
    return complete ? List.of(parts[0], ARCHITECTURES.getOrDefault(parts[1], parts[1])) : List.of();
  }
}
