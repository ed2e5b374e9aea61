package dev.wadah.build.graph;

import dev.wadah.oci.Platform;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The arguments that every build has (Dockerfile reference, "Automatic platform ARGs in the global
 * scope").
 */
public final class PlatformArguments {
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, String> buildArgs;

  private PlatformArguments(Map<String, String> buildArgs) {
    this.buildArgs = buildArgs;
  }

  /** Their values; the command line may override each. */
  public static Map<String, String> of(PlanRequest.Target target, Map<String, String> buildArgs) {
    PlatformArguments arguments = new PlatformArguments(buildArgs);
    arguments.platform("BUILD", target.machine());
    arguments.platform("TARGET", target.wanted());
    arguments.put("TARGETSTAGE", target.stage().orElse("default"));
    return arguments.values;
  }

  private void platform(String prefix, Platform platform) {
    put(prefix + "PLATFORM", platform.toString());
    put(prefix + "OS", platform.os());
    put(prefix + "OSVERSION", "");
    put(prefix + "ARCH", platform.architecture());
    put(prefix + "VARIANT", platform.variant().orElse(""));
  }

  private void put(String name, String value) {
    values.put(name, buildArgs.getOrDefault(name, value));
  }
}
