package dev.wadah.build.context;

import java.util.Set;

/** Which file systems answer by themselves (statfs(2), linux/magic.h). */
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

  private FileSystems() {}

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
