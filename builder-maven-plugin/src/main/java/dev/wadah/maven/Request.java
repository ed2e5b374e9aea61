package dev.wadah.maven;

import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.Misses;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
  private Map<String, String> contexts = Map.of();
  private SecretRequest secrets = new SecretRequest(Map.of(), Map.of());
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

  Request contexts(Map<String, String> named) {
    contexts = named;
    return this;
  }

  Request cache(boolean noCache, List<String> stages, boolean explain) {
    Set<String> filter = new LinkedHashSet<>();
    stages.forEach(stage -> filter.add(stage.toLowerCase(Locale.ROOT)));
    Misses misses = explain ? Misses.EXPLAINED : Misses.SILENT;
    cache = new CacheRequest(noCache, filter, List.of(), List.of(), misses);
    return this;
  }

  /** A reference stands for reading and writing it, with the steps of all stages. */
  Request caches(String reference, List<Cache> from, List<Cache> to) {
    List<SharedCache> sources = new ArrayList<>();
    List<SharedCache> targets = new ArrayList<>();
    if (reference != null && !reference.isBlank()) {
      String ref = reference.strip();
      sources.add(new SharedCache("registry", Map.of("ref", ref)));
      targets.add(new SharedCache("registry", Map.of("ref", ref, "mode", "max")));
    }
    from.forEach(c -> sources.add(shared("cacheFrom", c)));
    to.forEach(c -> targets.add(shared("cacheTo", c)));
    cache =
        new CacheRequest(cache.noCache(), cache.noCacheFilter(), sources, targets, cache.misses());
    return this;
  }

  private static SharedCache shared(String parameter, Cache cache) {
    if (cache.type == null || cache.type.isBlank()) {
      throw new IllegalArgumentException(
          "a <cache> of %s needs a <type>: registry or local".formatted(parameter));
    }
    return new SharedCache(cache.type.strip(), cache.attributes);
  }

  Request steps(String network, List<String> hosts) {
    if (!List.of("default", "none", "host").contains(network)) {
      throw new IllegalArgumentException(
          "network is default, none or host, not \"%s\"".formatted(network));
    }
    steps = new StepRequest(network, hosts, Set.of(), Limits.NONE);
    return this;
  }

  Request secrets(List<Secret> wanted) {
    Map<String, SecretSource> sources = new LinkedHashMap<>();
    for (Secret secret : wanted) {
      if (secret.id == null || (secret.file == null) == (secret.env == null)) {
        throw new IllegalArgumentException(
            "a <secret> needs an <id>, and either a <file> or an <env>");
      }
      sources.put(secret.id, source(secret));
    }
    secrets = new SecretRequest(sources, Map.of());
    return this;
  }

  private static SecretSource source(Secret secret) {
    if (secret.file == null) {
      String value = System.getenv(secret.env);
      if (value == null) {
        throw new IllegalArgumentException(
            "secret \"%s\" is to come from the environment variable %s, which is not set"
                .formatted(secret.id, secret.env));
      }
      return new SecretSource.Value(value.getBytes(StandardCharsets.UTF_8));
    }
    if (!secret.file.isFile()) {
      throw new IllegalArgumentException(
          "the file \"%s\" of secret \"%s\" does not exist".formatted(secret.file, secret.id));
    }
    return new SecretSource.File(secret.file.toPath().toAbsolutePath());
  }

  Request naming(List<String> tags, Map<String, String> labels, List<String> annotations) {
    naming = new NamingRequest(tags, labels, annotations);
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
        new ContextRequest(context.toString(), dockerfile, contexts, System.getenv()),
        new TargetRequest(stage, buildArgs, platforms, pull, epoch),
        cache,
        steps,
        secrets,
        outputs,
        naming);
  }
}
