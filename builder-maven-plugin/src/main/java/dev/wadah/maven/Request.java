package dev.wadah.maven;

import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.io.File;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gathers a goal's parameters into a build request; what is wrong is named by an exception. */
final class Request {
  private static final Set<String> TYPES =
      Set.of("image", "registry", "oci", "docker", "tar", "local", "cacheonly");

  private final Path context;
  private Optional<String> dockerfile = Optional.empty();
  private Optional<String> stage = Optional.empty();
  private Map<String, String> buildArgs = Map.of();
  private List<Platform> platforms = List.of();
  private PullPolicy pull = PullPolicy.MISSING;
  private Optional<Long> epoch = Optional.empty();
  private CacheRequest cache = new CacheRequest(false, Set.of(), List.of(), List.of());
  private StepRequest steps = new StepRequest("default", List.of(), Set.of(), Limits.NONE);
  private NamingRequest naming = new NamingRequest(List.of(), Map.of(), List.of());
  private List<OutputRequest> outputs = List.of();

  Request(Path context) {
    this.context = context;
  }

  Request dockerfile(File file) {
    dockerfile = Optional.ofNullable(file).map(File::getPath);
    return this;
  }

  Request target(String name, Map<String, String> arguments, List<String> wanted) {
    stage = Optional.ofNullable(name).filter(n -> !n.isEmpty());
    buildArgs = arguments;
    platforms = wanted.stream().map(Platform::parse).toList();
    return this;
  }

  Request pull(String policy) {
    pull =
        switch (policy.toLowerCase(Locale.ROOT)) {
          case "always", "true" -> PullPolicy.ALWAYS;
          case "missing", "false" -> PullPolicy.MISSING;
          case "newer" -> PullPolicy.NEWER;
          case "never" -> PullPolicy.NEVER;
          default ->
              throw new IllegalArgumentException(
                  "pull is always, missing, newer or never, not \"%s\"".formatted(policy));
        };
    return this;
  }

  /** As Maven reads it: seconds, or an ISO 8601 time; a text of one character switches it off. */
  Request epoch(String timestamp) {
    String text = timestamp == null ? "" : timestamp.strip();
    if (text.length() <= 1 && !text.matches("[0-9]")) {
      return this;
    }
    try {
      epoch =
          Optional.of(
              text.matches("[0-9]+")
                  ? Long.parseLong(text)
                  : OffsetDateTime.parse(text).toEpochSecond());
    } catch (DateTimeException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "project.build.outputTimestamp \"%s\" is neither a number of seconds nor a time such as 2024-01-31T00:00:00Z"
              .formatted(text),
          e);
    }
    return this;
  }

  Request steps(boolean noCache, String network) {
    if (!List.of("default", "none", "host").contains(network)) {
      throw new IllegalArgumentException(
          "network is default, none or host, not \"%s\"".formatted(network));
    }
    cache = new CacheRequest(noCache, Set.of(), List.of(), List.of());
    steps = new StepRequest(network, List.of(), Set.of(), Limits.NONE);
    return this;
  }

  Request naming(List<String> tags, Map<String, String> labels) {
    naming = new NamingRequest(tags, labels, List.of());
    return this;
  }

  Request outputs(List<Output> wanted, boolean push) {
    List<OutputRequest> requests = new ArrayList<>();
    for (Output output : wanted) {
      requests.add(output(output));
    }
    if (push && requests.stream().noneMatch(r -> r.type().equals("registry"))) {
      requests.add(new OutputRequest("registry", Optional.empty(), Map.of()));
    }
    outputs = requests;
    return this;
  }

  private static OutputRequest output(Output output) {
    if (output.type == null || !TYPES.contains(output.type)) {
      throw new IllegalArgumentException(
          "the type of an output is one of %s, not \"%s\""
              .formatted(String.join(", ", new java.util.TreeSet<>(TYPES)), output.type));
    }
    boolean needsPlace = Set.of("oci", "tar", "local").contains(output.type);
    if (needsPlace && output.destination == null) {
      throw new IllegalArgumentException(
          "an output of type %s needs a <destination>".formatted(output.type));
    }
    return new OutputRequest(
        output.type, Optional.ofNullable(output.destination), Map.copyOf(output.attributes));
  }

  BuildRequest toBuildRequest() {
    return new BuildRequest(
        new ContextRequest(context.toString(), dockerfile, Map.of(), System.getenv()),
        new TargetRequest(stage, buildArgs, platforms, pull, epoch),
        cache,
        steps,
        new SecretRequest(Map.of(), Map.of()),
        outputs,
        naming);
  }
}
