package dev.wadah.container;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A device file of this machine, or a directory of /dev that holds some.
 *
 * @param path absolute
 * @param mode with file type, as st_mode
 * @param directory whether it is a directory
 */
record DeviceNode(String path, int mode, int major, int minor, boolean directory) {
  /** What a container gets of its own, whatever the host has. */
  private static final Set<String> OWN =
      Set.of(
          "/dev/pts",
          "/dev/shm",
          "/dev/mqueue",
          "/dev/fd",
          "/dev/ptmx",
          "/dev/console",
          "/dev/null",
          "/dev/zero",
          "/dev/full",
          "/dev/random",
          "/dev/urandom",
          "/dev/tty");

  /** All devices of this machine, directories before what is in them. */
  static List<DeviceNode> ofHost() throws IOException {
    List<DeviceNode> nodes = new ArrayList<>();
    collect(Path.of("/dev"), nodes);
    return nodes;
  }

  private static void collect(Path directory, List<DeviceNode> nodes) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (!OWN.contains(entry.toString())) {
          add(entry, nodes);
        }
      }
    }
  }

  private static void add(Path entry, List<DeviceNode> nodes) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(entry, "unix:mode,rdev", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) attributes.get("mode");
    int type = mode & 0170000;
    if (type == Flags.CHARACTER_DEVICE || type == Flags.BLOCK_DEVICE) {
      long device = (Long) attributes.get("rdev");
      // As glibc packs them: minor in bits 0-7 and 20-31, major in 8-19 and 32 up.
      int major = (int) ((device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF));
      int minor = (int) ((device & 0xFF) | (device >> 12 & ~0xFF));
      nodes.add(new DeviceNode(entry.toString(), mode, major, minor, false));
    } else if (type == 0040000) {
      nodes.add(new DeviceNode(entry.toString(), mode, 0, 0, true));
      collect(entry, nodes);
    }
  }
}
