package dev.wadah.build.context;

import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Which file systems answer by themselves (statfs(2), linux/magic.h; proc(5)). */
final class FileSystems {
  private static final Set<Long> LOCAL =
      Set.of(
          0xEF53L, // ext2, ext3, ext4
          0x58465342L, // xfs
          0x9123683EL, // btrfs
          0x01021994L, // tmpfs
          0x858458F6L, // ramfs
          0x794C7630L, // overlay
          0x2FC12FC1L, // zfs
          0xF2F52010L, // f2fs
          0xCA451A4EL, // bcachefs
          0x73717368L, // squashfs
          0xE0F5E1E2L, // erofs
          0x9660L, // iso9660
          0x4D44L, // vfat
          0x2011BAB0L, // exfat
          0x7366746EL); // ntfs3

  /** The same, as mount(8) calls them. */
  private static final Set<String> LOCAL_NAMES =
      Set.of(
          "ext2",
          "ext3",
          "ext4",
          "xfs",
          "btrfs",
          "tmpfs",
          "ramfs",
          "overlay",
          "zfs",
          "f2fs",
          "bcachefs",
          "squashfs",
          "erofs",
          "iso9660",
          "vfat",
          "msdos",
          "exfat",
          "ntfs3");

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
        if (!LOCAL_NAMES.contains(mounts.substring(kind, mounts.indexOf(' ', kind)))) {
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
    return LOCAL.contains(type);
  }
}
