package dev.wadah.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the plan of a container must know of the machine, read once.
 *
 * @param emptyDirectory a directory of the host that nobody needs; the launcher mounts over it
 * @param mountPoints layers of mount points
 * @param capabilities what this process may hand on (CapPrm)
 * @param cgroups mounted control group hierarchies
 * @param userNamespace where this process is root, if it is
 * @param seccomp the filters for its processor
 */
record Machine(
    Path emptyDirectory,
    MountPoints mountPoints,
    long capabilities,
    List<CgroupMount> cgroups,
    UserNamespace userNamespace,
    Seccomp seccomp) {
  private static final Set<String> USUAL_OPTIONS =
      Set.of("rw", "ro", "nosuid", "nodev", "noexec", "relatime", "noatime", "xattr");

  Machine {
    cgroups = List.copyOf(cgroups);
  }

  /** Whether root here is root of the machine. */
  enum UserNamespace {
    FIRST,
    OWN
  }

  /** The first namespace maps every id to itself (user_namespaces(7)). */
  static UserNamespace userNamespace(String map) {
    return map.strip().split("\\s+", -1)[2].equals("4294967295")
        ? UserNamespace.FIRST
        : UserNamespace.OWN;
  }

  /**
   * A mounted hierarchy of control groups.
   *
   * @param directory where it is mounted
   * @param own the group of this process in it
   * @param version 1 or 2
   * @param controllers of version 1: as its mount options name them, {@code cpu,cpuacct} or {@code
   *     name=systemd}
   */
  record CgroupMount(Path directory, Path own, int version, String controllers) {
    boolean has(String controller) {
      return version == 1 && List.of(controllers.split(",", -1)).contains(controller);
    }
  }

  /** The hierarchy of version 2. */
  Optional<CgroupMount> unified() {
    for (CgroupMount mount : cgroups) {
      if (mount.version() == 2) {
        return Optional.of(mount);
      }
    }
    return Optional.empty();
  }

  /** The hierarchy of version 1 that has a controller. */
  Optional<CgroupMount> version1(String controller) {
    for (CgroupMount mount : cgroups) {
      if (mount.has(controller)) {
        return Optional.of(mount);
      }
    }
    return Optional.empty();
  }

  static Machine read(Path emptyDirectory, MountPoints mountPoints) throws IOException {
    String mounts = Files.readString(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1);
    String groups = Files.readString(Path.of("/proc/self/cgroup"), StandardCharsets.ISO_8859_1);
    return new Machine(
        emptyDirectory,
        mountPoints,
        permitted(Files.readString(Path.of("/proc/self/status"))),
        cgroups(mounts, groups),
        userNamespace(Files.readString(Path.of("/proc/self/uid_map"))),
        new Seccomp());
  }

  private static long permitted(String status) {
    int at = status.indexOf("CapPrm:");
    return Long.parseUnsignedLong(status, at + 8, status.indexOf('\n', at), 16);
  }

  /**
   * Reads /proc/self/mounts; {@code groups} is /proc/self/cgroup. A hierarchy that is mounted at
   * several places, as where somebody bound /sys into another root, counts once: the first.
   */
  static List<CgroupMount> cgroups(String mounts, String groups) {
    List<CgroupMount> found = new ArrayList<>();
    for (String line : mounts.split("\n", -1)) {
      if (!line.contains(" cgroup")) {
        continue;
      }
      // device, directory, type, options
      String[] fields = line.split(" ", -1);
      if (fields.length < 4 || !fields[2].startsWith("cgroup")) {
        continue;
      }
      Path directory = Path.of(fields[1]);
      boolean second = fields[2].equals("cgroup2");
      String controllers = second ? "" : controllers(fields[3]);
      Path own = own(directory, controllers, groups);
      CgroupMount mount = new CgroupMount(directory, own, second ? 2 : 1, controllers);
      if (!isIn(found, mount)) {
        found.add(mount);
      }
    }
    return found;
  }

  private static boolean isIn(List<CgroupMount> found, CgroupMount mount) {
    for (CgroupMount other : found) {
      if (other.version() == mount.version()
          && sameControllers(other.controllers(), mount.controllers())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Where this process is, {@code ID:CONTROLLERS:/PATH}. In a container the path may mean nothing
   * here; then what is mounted is our group, or contains it.
   */
  private static Path own(Path directory, String controllers, String groups) {
    for (String line : groups.split("\n", -1)) {
      String[] fields = line.split(":", 3);
      if (fields.length == 3 && sameControllers(fields[1], controllers)) {
        Path own = directory.resolve(fields[2].substring(1));
        return Files.isDirectory(own) ? own.normalize() : directory;
      }
    }
    return directory;
  }

  private static boolean sameControllers(String one, String other) {
    return Set.of(one.split(",", -1)).equals(Set.of(other.split(",", -1)));
  }

  /** The options of a mount without those that every mount has. */
  private static String controllers(String options) {
    StringBuilder kept = new StringBuilder();
    for (String option : options.split(",", -1)) {
      if (!USUAL_OPTIONS.contains(option) && !option.startsWith("release_agent=")) {
        kept.append(kept.isEmpty() ? "" : ",").append(option);
      }
    }
    return kept.toString();
  }
}
