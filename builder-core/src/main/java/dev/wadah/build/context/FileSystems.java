package dev.wadah.build.context;

import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Which file systems answer by themselves (statfs(2), linux/magic.h; proc(5)). */
final class FileSystems {
  private static final long EXT = 0xEF53;
  private static final long FAT = 0x4D44;

  /** What mount(8) calls them, and their numbers. */
  private static final Map<String, Long> LOCAL =
      Map.ofEntries(
          Map.entry("ext2", EXT),
          Map.entry("ext3", EXT),
          Map.entry("ext4", EXT),
          Map.entry("xfs", 0x58465342L),
          Map.entry("btrfs", 0x9123683EL),
          Map.entry("tmpfs", 0x01021994L),
          Map.entry("ramfs", 0x858458F6L),
          Map.entry("overlay", 0x794C7630L),
          Map.entry("zfs", 0x2FC12FC1L),
          Map.entry("f2fs", 0xF2F52010L),
          Map.entry("bcachefs", 0xCA451A4EL),
          Map.entry("squashfs", 0x73717368L),
          Map.entry("erofs", 0xE0F5E1E2L),
          Map.entry("iso9660", 0x9660L),
          Map.entry("vfat", FAT),
          Map.entry("msdos", FAT),
          Map.entry("exfat", 0x2011BAB0L),
          Map.entry("ntfs3", 0x7366746EL));

  private static final Path MOUNTS = Path.of("/proc/self/mounts");

  private FileSystems() {}

  /**
   * Whether no network and no other program has to answer before a read of something in a directory
   * ends: neither where it lies nor where one of the mounts below it does. Those are looked up
   * once, in the kernel's table and not on a walk, since even the first look at a mount may hang.
   *
   * @param directory without links in it
   */
  static boolean isAllLocal(Path directory) throws IOException {
    return isLocal(Posix.fileSystem(directory + "/."))
        && areMountsLocal(
            directory, new String(Files.readAllBytes(MOUNTS), StandardCharsets.UTF_8));
  }

  /**
   * Whether all that is mounted below a directory is local.
   *
   * @param mounts lines of source, place, kind and more, as in {@code /proc/self/mounts}
   */
  static boolean areMountsLocal(Path directory, String mounts) {
    String below = directory.toString().equals("/") ? "/" : escaped(directory) + "/";
    int start = 0;
    for (int end = mounts.indexOf('\n'); end >= 0; end = mounts.indexOf('\n', start)) {
      int place = mounts.indexOf(' ', start) + 1;
      if (mounts.startsWith(below, place)) {
        int kind = mounts.indexOf(' ', place) + 1;
        if (!LOCAL.containsKey(mounts.substring(kind, mounts.indexOf(' ', kind)))) {
          return false;
        }
      }
      start = end + 1;
    }
    return true;
  }

  /** A path as the kernel writes it: blanks and backslashes in octal. */
  private static String escaped(Path directory) {
    return directory
        .toString()
        .replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }

  /**
   * Whether no network and no other program has to answer before a read ends. Of an overlay it is
   * believed: what lies below is not looked at. False for what is not known.
   *
   * @param type as the kernel numbers them
   */
  static boolean isLocal(long type) {
    return LOCAL.containsValue(type);
  }
}
