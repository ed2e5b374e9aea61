package dev.wadah.container;

import dev.wadah.snapshot.Snapshotter.RootMount;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything the launcher needs; all policy decided.
 *
 * @param root the root file system
 * @param readOnlyRoot whether it is remounted read-only
 * @param process what runs as process 1
 * @param mounts in order; a later one may lie below an earlier one
 * @param network the network
 * @param host host name and the files that are injected
 * @param security capabilities, seccomp, paths
 * @param limits resources
 */
public record ContainerSpec(
    RootMount root,
    boolean readOnlyRoot,
    ProcessSpec process,
    List<MountSpec> mounts,
    NetworkMode network,
    HostFiles host,
    SecuritySpec security,
    Limits limits) {
  public ContainerSpec {
    mounts = List.copyOf(mounts);
  }

  /**
   * A process.
   *
   * @param arguments argv; the first is looked up in PATH of {@code env} within the root
   * @param env KEY=value, in order
   * @param directory working directory; made when it is missing
   * @param user who
   * @param init whether a small init is process 1
   */
  public record ProcessSpec(
      List<String> arguments, List<String> env, String directory, UserIds user, boolean init) {
    public ProcessSpec {
      arguments = List.copyOf(arguments);
      env = List.copyOf(env);
    }
  }

  /**
   * User and groups as numbers.
   *
   * @param groups supplementary groups
   * @param home for HOME
   */
  public record UserIds(int uid, int gid, List<Integer> groups, String home) {
    public UserIds {
      groups = List.copyOf(groups);
    }
  }

  /** Something mounted into the root; the mount point is made when it is missing. */
  public sealed interface MountSpec {
    String target();

    /**
     * A file or directory of this machine.
     *
     * @param source on this machine
     * @param recursive whether mounts below it come along
     */
    record Bind(Path source, String target, boolean readOnly, boolean recursive)
        implements MountSpec {}

    /** A tmpfs; 0 bytes means half of the memory. */
    record Tmpfs(String target, long sizeBytes, int mode, boolean readOnly, List<String> options)
        implements MountSpec {}

    /**
     * An overlay of its own, for a bind mount of a stage: writes go to {@code upper}.
     *
     * @param subpath path within the overlay that is mounted; / for all
     */
    record Overlay(RootMount root, String subpath, String target, boolean readOnly)
        implements MountSpec {}
  }

  /** The network of a container. */
  public enum NetworkMode {
    NONE,
    HOST
  }

  /**
   * Injected files; never part of a layer.
   *
   * @param hostname host name
   * @param hosts content of /etc/hosts; empty: the image's own
   * @param resolvConf content of /etc/resolv.conf; empty: the image's own
   * @param hostnameFile content of /etc/hostname; empty: the image's own, as in a build
   */
  public record HostFiles(
      String hostname,
      Optional<String> hosts,
      Optional<String> resolvConf,
      Optional<String> hostnameFile) {
    /** For a build, which leaves /etc/hostname alone. */
    public HostFiles(String hostname, Optional<String> hosts, Optional<String> resolvConf) {
      this(hostname, hosts, resolvConf, Optional.empty());
    }
  }

  /**
   * Security settings.
   *
   * @param capabilities names such as CAP_CHOWN, for the bounding set (and all sets of root)
   * @param seccomp whether Docker's default profile is on
   * @param noNewPrivileges no_new_privs
   * @param fakeSync whether fsync and the like are answered without work (a throw-away build step)
   * @param privileged no masked or read-only paths, all devices
   */
  public record SecuritySpec(
      List<String> capabilities,
      boolean seccomp,
      boolean noNewPrivileges,
      boolean fakeSync,
      boolean privileged) {
    public SecuritySpec {
      capabilities = List.copyOf(capabilities);
    }
  }

  /**
   * Limits; 0 means none.
   *
   * @param memoryBytes memory
   * @param cpus processors, 1.5 means one and a half
   * @param pids processes
   * @param shmBytes size of /dev/shm; 0 means 64 MiB
   * @param ulimits such as nofile=1024:2048; the constructor refuses what is no limit
   */
  public record Limits(
      long memoryBytes, double cpus, long pids, long shmBytes, List<String> ulimits) {
    public static final Limits NONE = new Limits(0, 0, 0, 0, List.of());

    public Limits {
      ulimits = List.copyOf(ulimits);
      for (String ulimit : ulimits) {
        Ulimit.parse(ulimit);
      }
    }
  }
}
