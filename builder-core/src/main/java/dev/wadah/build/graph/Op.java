package dev.wadah.build.graph;

import dev.wadah.build.files.FileAction;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a vertex does. An op that changes a root file system ({@link File}, {@link Exec}) has that
 * root as its first input; its other inputs are numbered from 0, the root not counted.
 */
public sealed interface Op {

  /** An empty root. */
  record Scratch() implements Op {}

  /**
   * The root of an image.
   *
   * @param reference as the Dockerfile or a named context names it
   * @param layers its layers; they alone identify it
   */
  record Image(String reference, Platform platform, LayerStack layers) implements Op {}

  /**
   * The files of a build context.
   *
   * @param name of a named context; empty for the main one
   */
  record Context(String name) implements Op {}

  /** A file that ADD fetches over HTTP. */
  record Http(String url, Optional<Digest> checksum) implements Op {}

  /** A repository that ADD fetches. */
  record Git(String url, boolean keepGitDir, Optional<String> checksum) implements Op {}

  /**
   * COPY, ADD or WORKDIR: one layer.
   *
   * @param actions in order
   * @param placement what they see of the root
   */
  record File(List<FileAction> actions, Placement placement) implements Op {
    public File {
      actions = List.copyOf(actions);
    }
  }

  /** What file actions see of the root that their layer goes on. */
  enum Placement {
    /** The root as it is: links and existing directories count. */
    ON_ROOT,
    /** Nothing: the layer does not depend on what is below ({@code --link}). */
    LINKED
  }

  /**
   * RUN: one layer.
   *
   * @param arguments argv; the first is looked up in PATH
   * @param process environment, directory and user
   * @param mounts in the order written
   * @param network the step's network
   * @param insecure whether {@code --security=insecure} was given and allowed
   * @param hosts further lines of /etc/hosts, as NAME and ADDRESS with a blank between
   * @param proxies proxy variables that the step sees although nobody declared them
   * @param platform what its programs are made for
   */
  record Exec(
      List<String> arguments,
      Surroundings process,
      List<Mount> mounts,
      Network network,
      boolean insecure,
      List<String> hosts,
      Map<String, String> proxies,
      Platform platform)
      implements Op {
    public Exec {
      arguments = List.copyOf(arguments);
      mounts = List.copyOf(mounts);
      hosts = List.copyOf(hosts);
      proxies = Map.copyOf(proxies);
    }
  }

  /**
   * The circumstances of a process.
   *
   * @param env KEY=value in the order set
   * @param directory absolute
   * @param user as written; empty means root
   */
  record Surroundings(List<String> env, String directory, String user) {
    public Surroundings {
      env = List.copyOf(env);
    }
  }

  /** The network of a RUN. */
  enum Network {
    DEFAULT,
    NONE,
    HOST
  }

  /** Owner and mode of a mount that the builder makes; empty means the default of its kind. */
  record Ownership(OptionalInt mode, OptionalInt uid, OptionalInt gid) {
    /** Nothing was said. */
    public static final Ownership DEFAULT =
        new Ownership(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  /** How a cache mount is shared between steps that run at the same time. */
  enum Sharing {
    SHARED,
    PRIVATE,
    LOCKED
  }

  /** A mount of a RUN. Targets are absolute. */
  sealed interface Mount {
    /**
     * Files of an input.
     *
     * @param input index
     * @param source path in it
     * @param writable whether the step may write; what it writes is thrown away
     */
    record Bind(int input, String source, String target, boolean writable) implements Mount {}

    /**
     * A directory that outlives the step.
     *
     * @param seed input whose {@code source} is copied into a new cache
     */
    record Cache(
        String id,
        String target,
        Sharing sharing,
        boolean readOnly,
        OptionalInt seed,
        String source,
        Ownership ownership)
        implements Mount {}

    /** Memory; 0 bytes means no limit of its own. */
    record Tmpfs(String target, long sizeBytes) implements Mount {}

    /**
     * A secret, as a file, a variable, or both.
     *
     * @param target of the file; empty when there is only a variable
     */
    record Secret(
        String id,
        Optional<String> target,
        Optional<String> env,
        boolean required,
        Ownership ownership)
        implements Mount {}

    /** An SSH agent. */
    record Ssh(String id, Optional<String> target, boolean required, Ownership ownership)
        implements Mount {}

    /** A script of a here-document, executable, alone in the directory {@code target}. */
    record Script(String target, String name, String content) implements Mount {}
  }
}
