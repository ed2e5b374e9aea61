package dev.wadah.build;

import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A request for the Dockerfile of a folder. What a test does not say is as the command has it,
 * except that nothing is pulled, there is a secret "token", and the image is called "result".
 */
final class BoxRequest {
  /** A build that only fills caches. */
  static final OutputRequest NOWHERE = new OutputRequest("cacheonly", Optional.empty(), Map.of());

  /** The store's own cache and no other. */
  static final CacheRequest OWN_CACHE = caches(List.of(), List.of());

  private final Path context;
  private Map<String, String> buildArgs = Map.of();
  private List<Platform> platforms = List.of();
  private PullPolicy pull = PullPolicy.NEVER;
  private CacheRequest cache = OWN_CACHE;
  private StepRequest steps = new StepRequest("default", List.of(), Set.of(), Limits.NONE);
  private List<OutputRequest> outputs = List.of();
  private List<String> names = List.of("result");

  private BoxRequest(Path context) {
    this.context = context;
  }

  static BoxRequest of(Path context) {
    return new BoxRequest(context);
  }

  static CacheRequest caches(List<SharedCache> from, List<SharedCache> to) {
    return new CacheRequest(false, Set.of(), from, to);
  }

  /** Pushes to a reference. */
  static OutputRequest push(String reference) {
    return new OutputRequest("registry", Optional.empty(), Map.of("name", reference));
  }

  BoxRequest buildArgs(Map<String, String> args) {
    buildArgs = args;
    return this;
  }

  BoxRequest platforms(Platform... wanted) {
    platforms = List.of(wanted);
    return this;
  }

  BoxRequest pull(PullPolicy policy) {
    pull = policy;
    return this;
  }

  BoxRequest cache(CacheRequest request) {
    cache = request;
    return this;
  }

  BoxRequest steps(StepRequest request) {
    steps = request;
    return this;
  }

  /** Where the image goes; an output that pushes would push the request's names as well. */
  BoxRequest outputs(OutputRequest... requests) {
    outputs = List.of(requests);
    return this;
  }

  BoxRequest names(String... tags) {
    names = List.of(tags);
    return this;
  }

  BuildRequest make() {
    SecretSource secret =
        new SecretSource.Value("s3cr3t-value-of-the-test".getBytes(StandardCharsets.UTF_8));
    return new BuildRequest(
        new ContextRequest(context.toString(), Optional.empty(), Map.of(), Map.of()),
        new TargetRequest(Optional.empty(), buildArgs, platforms, pull, Optional.empty()),
        cache,
        steps,
        new SecretRequest(Map.of("token", secret), Map.of()),
        outputs,
        new NamingRequest(names, Map.of(), List.of()));
  }
}
