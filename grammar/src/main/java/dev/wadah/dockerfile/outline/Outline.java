package dev.wadah.dockerfile.outline;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.check.GlobalArgs;
import dev.wadah.dockerfile.expand.WordExpander;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a target: its own and those of every stage it needs, each once, in the order of
 * the file.
 *
 * @param target the target's name; empty for a stage without one
 * @param description the target's description
 * @param args the build args
 * @param secrets the secrets
 * @param sshAgents the ssh agents
 * @param cacheMounts the cache mounts
 */
public record Outline(
    Optional<String> target,
    Optional<String> description,
    List<Arg> args,
    List<Secret> secrets,
    List<SshAgent> sshAgents,
    List<CacheMount> cacheMounts) {

  /**
   * A build arg.
   *
   * @param value what it would be in this build; empty when it has no value
   * @param description the comment above its ARG that begins with its name
   */
  public record Arg(String name, Optional<String> value, Optional<String> description, Span span) {}

  /** A secret that a RUN mounts, by its id. */
  public record Secret(String id, boolean required, Span span) {}

  /** An ssh agent that a RUN mounts, by its id. */
  public record SshAgent(String id, boolean required, Span span) {}

  /** A cache that a RUN mounts, by its id. */
  public record CacheMount(String id, Span span) {}

  public Outline {
    args = List.copyOf(args);
    secrets = List.copyOf(secrets);
    sshAgents = List.copyOf(sshAgents);
    cacheMounts = List.copyOf(cacheMounts);
  }

  /**
   * The outline of a stage.
   *
   * @param file the file
   * @param stage one of its stages
   * @param buildArgs the build args of the command line
   * @param platformArgs the predefined platform args with their values
   */
  public static Outline of(
      Dockerfile file,
      Stage stage,
      Map<String, String> buildArgs,
      Map<String, String> platformArgs) {
    WordExpander expander = WordExpander.withEscape(file.escape());
    GlobalArgs globals = GlobalArgs.of(file, expander, buildArgs, platformArgs);
    OutlineWalk walk = new OutlineWalk(file, globals, buildArgs);
    for (Stage needed : StageLinks.reachable(file, stage, globals)) {
      walk.add(needed);
    }
    return walk.outline(stage);
  }
}
