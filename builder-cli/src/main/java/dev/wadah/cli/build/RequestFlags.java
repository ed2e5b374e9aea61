package dev.wadah.cli.build;

import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.build.BuildRequest.Misses;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.Quantities;
import dev.wadah.cli.ResourceFlags;
import dev.wadah.cli.UsageException;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns the flags of {@code build} into a request. */
final class RequestFlags {
  private final Arguments arguments;
  private final Map<String, String> environment;

  RequestFlags(Arguments arguments, Map<String, String> environment) {
    this.arguments = arguments;
    this.environment = environment;
  }

  BuildRequest parse() throws UsageException, CommandException {
    return new BuildRequest(
        context(),
        target(),
        cache(),
        steps(),
        SecretFlags.parse(arguments, environment),
        OutputFlags.parse(arguments),
        naming());
  }

  private ContextRequest context() throws UsageException {
    List<String> paths = arguments.positional();
    if (paths.size() != 1) {
      throw new UsageException(
          paths.isEmpty()
              ? "the build context is missing"
              : "\"build\" takes one build context, not %d".formatted(paths.size()),
          "it is a directory, a URL, or - for standard input",
          "wadah build .");
    }
    Optional<String> file = arguments.value("file").filter(f -> !f.isEmpty());
    if (paths.get(0).equals("-") && file.equals(Optional.of("-"))) {
      throw new UsageException(
          "standard input cannot be both the build context and the Dockerfile", "", "");
    }
    return new ContextRequest(
        paths.get(0), file, pairs("build-context", PairStyle.VALUE_NEEDED), environment);
  }

  private TargetRequest target() throws UsageException {
    return new TargetRequest(
        arguments.value("target").filter(t -> !t.isEmpty()),
        pairs("build-arg", PairStyle.FROM_ENVIRONMENT),
        platforms(),
        pullPolicy(),
        epoch());
  }

  private Optional<Long> epoch() throws UsageException {
    String given = environment.getOrDefault("SOURCE_DATE_EPOCH", "");
    return given.isEmpty()
        ? Optional.empty()
        : Optional.of(Quantities.whole("SOURCE_DATE_EPOCH", given));
  }

  private List<Platform> platforms() throws UsageException {
    List<String> given = arguments.values("platform");
    String byDefault = environment.getOrDefault("DOCKER_DEFAULT_PLATFORM", "");
    if (given.isEmpty() && !byDefault.isEmpty()) {
      given = List.of(byDefault);
    }
    Set<Platform> platforms = new LinkedHashSet<>();
    for (String list : given) {
      for (String text : list.split(",", -1)) {
        platforms.add(platform(text.strip()));
      }
    }
    return List.copyOf(platforms);
  }

  private static Platform platform(String text) throws UsageException {
    try {
      return text.equals("local") ? Platform.host() : Platform.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), "", "such as linux/amd64 or linux/arm64/v8");
    }
  }

  private PullPolicy pullPolicy() throws UsageException {
    String policy =
        arguments.oneOf(
            "pull", "missing", List.of("true", "always", "false", "missing", "newer", "never"));
    return switch (policy) {
      case "true", "always" -> PullPolicy.ALWAYS;
      case "newer" -> PullPolicy.NEWER;
      case "never" -> PullPolicy.NEVER;
      default -> PullPolicy.MISSING;
    };
  }

  private CacheRequest cache() throws UsageException {
    Set<String> stages = new LinkedHashSet<>();
    for (String list : arguments.values("no-cache-filter")) {
      for (String stage : list.split(",", -1)) {
        stages.add(stage.strip().toLowerCase(Locale.ROOT));
      }
    }
    return new CacheRequest(
        arguments.has("no-cache"),
        stages,
        CacheFlags.parse("--cache-from", arguments.values("cache-from")),
        CacheFlags.parse("--cache-to", arguments.values("cache-to")),
        arguments.has("explain") ? Misses.EXPLAINED : Misses.SILENT);
  }

  private StepRequest steps() throws UsageException {
    Set<String> allow = new LinkedHashSet<>();
    for (String entitlement : arguments.values("allow")) {
      String name =
          entitlement.contains("=")
              ? entitlement.substring(0, entitlement.indexOf('='))
              : entitlement;
      if (!List.of(
              "network.host", "security.insecure", "device", "fs", "fs.read", "fs.write", "ssh")
          .contains(name)) {
        throw new UsageException(
            "unknown entitlement \"%s\" for --allow".formatted(entitlement),
            "it is one of network.host, security.insecure, device",
            "");
      }
      allow.add(entitlement);
    }
    return new StepRequest(
        arguments.oneOf("network", "default", List.of("default", "none", "host")),
        arguments.values("add-host"),
        allow,
        ResourceFlags.limits(arguments),
        arguments.has("link-copies") ? Copies.LINKED : Copies.AS_WRITTEN);
  }

  private NamingRequest naming() throws UsageException {
    List<String> tags = new ArrayList<>();
    for (String tag : arguments.values("tag")) {
      tags.add(tag);
    }
    return new NamingRequest(
        tags, pairs("label", PairStyle.EMPTY_VALUE), arguments.values("annotation"));
  }

  /** What NAME without =VALUE means. */
  private enum PairStyle {
    FROM_ENVIRONMENT,
    EMPTY_VALUE,
    VALUE_NEEDED
  }

  private Map<String, String> pairs(String flag, PairStyle style) throws UsageException {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : arguments.values(flag)) {
      int equals = text.indexOf('=');
      String name = equals < 0 ? text : text.substring(0, equals);
      if (name.isEmpty() || (equals < 0 && style == PairStyle.VALUE_NEEDED)) {
        throw new UsageException(
            "invalid value \"%s\" for --%s".formatted(text, flag), "it is NAME=VALUE", "");
      }
      if (equals >= 0) {
        pairs.put(name, text.substring(equals + 1));
      } else if (style == PairStyle.EMPTY_VALUE) {
        pairs.put(name, "");
      } else if (environment.containsKey(name)) {
        pairs.put(name, environment.get(name));
      }
    }
    return pairs;
  }
}
