package dev.wadah.oci;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The {@code config} part of an image config: how containers start (image-spec config.md "config",
 * and Docker's Healthcheck, Shell, OnBuild).
 *
 * @param process what is run
 * @param env KEY=value, in order
 * @param user name or number, with or without a group; empty means root
 * @param workingDir absolute; empty means /
 * @param labels in the order written
 * @param volumes paths
 * @param exposedPorts such as 80/tcp
 * @param lifecycle the rest
 */
public record ContainerConfig(
    ProcessConfig process,
    List<String> env,
    String user,
    String workingDir,
    Map<String, String> labels,
    SortedSet<String> volumes,
    SortedSet<String> exposedPorts,
    Lifecycle lifecycle) {

  /** No field set. */
  public static final ContainerConfig EMPTY =
      new ContainerConfig(
          new ProcessConfig(Optional.empty(), Optional.empty(), Optional.empty()),
          List.of(),
          "",
          "",
          Map.of(),
          new TreeSet<>(),
          new TreeSet<>(),
          new Lifecycle(Optional.empty(), Optional.empty(), List.of()));

  public ContainerConfig {
    env = List.copyOf(env);
    labels = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(labels));
    volumes = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(volumes));
    exposedPorts = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(exposedPorts));
  }

  /**
   * What is run.
   *
   * @param entrypoint ENTRYPOINT; empty Optional: not set
   * @param cmd CMD; empty Optional: not set
   * @param shell SHELL; empty Optional: the default shell
   */
  public record ProcessConfig(
      Optional<List<String>> entrypoint,
      Optional<List<String>> cmd,
      Optional<List<String>> shell) {}

  /**
   * The rest of a container's life.
   *
   * @param stopSignal STOPSIGNAL
   * @param healthcheck HEALTHCHECK
   * @param onBuild triggers, in order
   */
  public record Lifecycle(
      Optional<String> stopSignal, Optional<Healthcheck> healthcheck, List<String> onBuild) {
    public Lifecycle {
      onBuild = List.copyOf(onBuild);
    }
  }

  /**
   * A health check; zero means inherit.
   *
   * @param test NONE, CMD args, CMD-SHELL line
   */
  public record Healthcheck(
      List<String> test,
      Duration interval,
      Duration timeout,
      Duration startPeriod,
      Duration startInterval,
      int retries) {
    public Healthcheck {
      test = List.copyOf(test);
    }
  }
}
