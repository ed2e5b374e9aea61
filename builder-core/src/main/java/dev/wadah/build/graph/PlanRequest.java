package dev.wadah.build.graph;

import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.oci.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a plan depends on, but for the base images.
 *
 * @param dockerfile the file
 * @param target what of it
 * @param buildArgs values from the command line
 * @param contexts named contexts by name
 * @param steps defaults of RUN
 * @param labels of the command line, in order
 * @param fresh what must not come from the cache
 */
public record PlanRequest(
    Dockerfile dockerfile,
    Target target,
    Map<String, String> buildArgs,
    Map<String, NamedContext> contexts,
    Steps steps,
    Map<String, String> labels,
    Fresh fresh) {
  public PlanRequest {
    buildArgs = Map.copyOf(buildArgs);
    contexts = Map.copyOf(contexts);
    labels = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }

  /**
   * What of the file is planned.
   *
   * @param stage {@code --target}; empty: the last one
   * @param platform the platform that was asked for; empty: that of this machine, and an image for
   *     another one keeps its own
   * @param machine the platform of this machine
   * @param naming whether names of vertices carry the platform
   */
  public record Target(
      Optional<String> stage, Optional<Platform> platform, Platform machine, Naming naming) {

    /** The platform of the result. */
    public Platform wanted() {
      return platform.orElse(machine);
    }
  }

  /** Whether names of vertices carry the platform. */
  public enum Naming {
    PLAIN,
    WITH_PLATFORM
  }

  /** A named context. */
  public sealed interface NamedContext {
    /** An image, as {@link BaseImages} knows it. */
    record Image(String reference) implements NamedContext {}

    /** Files. */
    record Files() implements NamedContext {}
  }

  /**
   * What holds for all instructions of a kind.
   *
   * @param network of steps that name none
   * @param hosts NAME and ADDRESS with a blank between
   * @param entitlements what {@code --allow} allows
   * @param copies what COPY, ADD and WORKDIR see of their root
   */
  public record Steps(
      Op.Network network, List<String> hosts, Set<String> entitlements, Copies copies) {
    public Steps {
      hosts = List.copyOf(hosts);
      entitlements = Set.copyOf(entitlements);
    }

    /** Copies as they are written. */
    public Steps(Op.Network network, List<String> hosts, Set<String> entitlements) {
      this(network, hosts, entitlements, Copies.AS_WRITTEN);
    }
  }

  /**
   * What must not come from the cache.
   *
   * @param all every step
   * @param stages lower-case names of stages
   */
  public record Fresh(boolean all, Set<String> stages) {
    /** Everything may come from the cache. */
    public static final Fresh NOTHING = new Fresh(false, Set.of());

    public Fresh {
      stages = Set.copyOf(stages);
    }
  }
}
