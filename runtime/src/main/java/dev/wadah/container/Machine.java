package dev.wadah.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the plan of a container must know of the machine, read once.
 *
 * @param emptyDirectory a directory of the host that nobody needs; the launcher mounts over it
 * @param capabilities what this process may hand on (CapPrm)
 * @param cgroups mounted control group hierarchies
 * @param seccomp the filters for its processor
 */
record Machine(Path emptyDirectory, long capabilities, List<CgroupMount> cgroups, Seccomp seccomp) {
  Machine {
    cgroups = List.copyOf(cgroups);
  }

  /**
   * A mounted hierarchy of control groups.
   *
   * @param directory where it is mounted
   * @param version 1 or 2
   * @param controllers of version 1: as its mount options name them, {@code cpu,cpuacct} or {@code
   *     name=systemd}
   */
  record CgroupMount(Path directory, int version, String controllers) {}

  static Machine read(Path emptyDirectory) throws IOException {
    return new Machine(
        emptyDirectory,
        permitted(Files.readString(Path.of("/proc/self/status"))),
        cgroups(Files.readString(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1)),
        new Seccomp());
  }

  private static long permitted(String status) {
    int at = status.indexOf("CapPrm:");
    return Long.parseUnsignedLong(status, at + 8, status.indexOf('\n', at), 16);
  }

  private static List<CgroupMount> cgroups(String mounts) {
    List<CgroupMount> found = new ArrayList<>();
    for (String line : mounts.split("\n")) {
      if (!line.contains(" cgroup")) {
        continue;
      }
      // device, directory, type, options
      String[] fields = line.split(" ");
      if (fields.length > 3 && fields[2].equals("cgroup2")) {
        found.add(new CgroupMount(Path.of(fields[1]), 2, ""));
      } else if (fields.length > 3 && fields[2].equals("cgroup")) {
        found.add(new CgroupMount(Path.of(fields[1]), 1, controllers(fields[3])));
      }
    }
    return found;
  }

  /** The options of a mount without those that every mount has. */
  private static String controllers(String options) {
    StringBuilder kept = new StringBuilder();
    for (String option : options.split(",")) {
      boolean usual =
          List.of("rw", "ro", "nosuid", "nodev", "noexec", "relatime", "noatime", "xattr")
              .contains(option);
      if (!usual && !option.startsWith("release_agent=")) {
        kept.append(kept.isEmpty() ? "" : ",").append(option);
      }
    }
    return kept.toString();
  }
}
