package dev.wadah.build;

import dev.wadah.oci.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be built, made of small records, one per question.
 *
 * @param context where files come from
 * @param target stage, arguments, platforms
 * @param cache what may be reused
 * @param steps how RUN steps run
 * @param secrets what RUN steps may see
 * @param outputs where the result goes; empty: the image store
 * @param naming names, labels, annotations
 */
public record BuildRequest(
    ContextRequest context,
    TargetRequest target,
    CacheRequest cache,
    StepRequest steps,
    SecretRequest secrets,
    List<OutputRequest> outputs,
    NamingRequest naming) {
  public BuildRequest {
    outputs = List.copyOf(outputs);
  }

  /**
   * Where files come from.
   *
   * @param context directory, {@code -} (tar or Dockerfile on standard input), http(s) or Git URL
   * @param dockerfile path as given ({@code -f}); {@code -} for standard input; empty: Dockerfile
   *     in the context
   * @param named {@code --build-context} name to directory, docker-image://, oci-layout://, URL
   * @param environment of the command, for DOCKER_BUILDKIT-like variables, proxies, secrets
   */
  public record ContextRequest(
      String context,
      Optional<String> dockerfile,
      Map<String, String> named,
      Map<String, String> environment) {}

  /**
   * What of the file is built.
   *
   * @param stage {@code --target}
   * @param buildArgs values given on the command line; a name without value was already looked up
   *     in the environment, or left out
   * @param platforms target platforms; empty: this machine's
   * @param pull {@code --pull}
   * @param epoch SOURCE_DATE_EPOCH of the command's environment, in seconds
   */
  public record TargetRequest(
      Optional<String> stage,
      Map<String, String> buildArgs,
      List<Platform> platforms,
      dev.wadah.image.ImageStore.PullPolicy pull,
      Optional<Long> epoch) {
    public TargetRequest {
      platforms = List.copyOf(platforms);
    }
  }

  /**
   * What may be reused.
   *
   * @param noCache {@code --no-cache}
   * @param noCacheFilter stages of {@code --no-cache-filter}
   * @param from {@code --cache-from}, the best first
   * @param to {@code --cache-to}
   * @param misses {@code --explain}
   */
  public record CacheRequest(
      boolean noCache,
      Set<String> noCacheFilter,
      List<SharedCache> from,
      List<SharedCache> to,
      Misses misses) {
    public CacheRequest {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }

    /** Without explanations. */
    public CacheRequest(
        boolean noCache, Set<String> noCacheFilter, List<SharedCache> from, List<SharedCache> to) {
      this(noCache, noCacheFilter, from, to, Misses.SILENT);
    }
  }

  /** What is said of steps that are not in the cache. */
  public enum Misses {
    SILENT,
    /** Why each of them is not ({@code --explain}). */
    EXPLAINED
  }

  /**
   * A cache that several machines share.
   *
   * @param type such as registry
   * @param attributes the others, such as ref
   */
  public record SharedCache(String type, Map<String, String> attributes) {
    public SharedCache {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * How steps are done.
   *
   * @param network default, none or host
   * @param addHosts NAME:ADDRESS or NAME=ADDRESS
   * @param allow entitlements
   * @param limits resources; never part of a cache key
   * @param copies {@code --link-copies}
   */
  public record StepRequest(
      String network,
      List<String> addHosts,
      Set<String> allow,
      dev.wadah.container.ContainerSpec.Limits limits,
      Copies copies) {

    /** Copies as they are written. */
    public StepRequest(
        String network,
        List<String> addHosts,
        Set<String> allow,
        dev.wadah.container.ContainerSpec.Limits limits) {
      this(network, addHosts, allow, limits, Copies.AS_WRITTEN);
    }
  }

  /** What COPY, ADD and WORKDIR see of their root. */
  public enum Copies {
    /** Their root, but for {@code --link}. */
    AS_WRITTEN,
    /** Nothing, as far as they name no owner that must be looked up ({@code --link-copies}). */
    LINKED
  }

  /**
   * What RUN steps may see.
   *
   * @param secrets by id
   * @param ssh agent socket or key files by id
   */
  public record SecretRequest(Map<String, SecretSource> secrets, Map<String, List<Path>> ssh) {}

  /** Where a secret comes from: a file, or a value taken from the environment. */
  public sealed interface SecretSource {
    record File(Path path) implements SecretSource {}

    @SuppressWarnings("ArrayRecordComponent") // secrets are never compared
    record Value(byte[] value) implements SecretSource {}
  }

  /**
   * Where the result goes.
   *
   * @param type image, registry, oci, docker, tar, local, cacheonly
   * @param destination file or directory; {@code -} for standard output; empty where none is needed
   * @param attributes the other attributes, such as compression
   */
  public record OutputRequest(
      String type, Optional<String> destination, Map<String, String> attributes) {}

  /**
   * Names and notes.
   *
   * @param tags {@code -t}
   * @param labels {@code --label}
   * @param annotations {@code --annotation}, unparsed
   */
  public record NamingRequest(
      List<String> tags, Map<String, String> labels, List<String> annotations) {}
}
