package dev.wadah.container;

/** Numbers of the kernel's interface that the plan uses (linux/sched.h, linux/mount.h, stat.h). */
final class Flags {
  static final long NEWNS = 0x20000;
  static final long NEWCGROUP = 0x2000000;
  static final long NEWUTS = 0x4000000;
  static final long NEWIPC = 0x8000000;
  static final long NEWPID = 0x20000000;
  static final long NEWNET = 0x40000000;

  static final long RDONLY = 1;
  static final long NOSUID = 2;
  static final long NODEV = 4;
  static final long NOEXEC = 8;
  static final long STRICTATIME = 1 << 24;
  static final long QUIET = NOSUID | NODEV | NOEXEC;

  static final int CHARACTER_DEVICE = 0020000;
  static final int BLOCK_DEVICE = 0060000;

  private Flags() {}

  /** Whether a mount option as users write it is a flag, and not data for the file system. */
  static boolean isFlag(String option) {
    return switch (option) {
      case "ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec", "exec" -> true;
      default -> false;
    };
  }

  /** The flags with such an option taken into account. */
  static long apply(long flags, String option) {
    return switch (option) {
      case "ro" -> flags | RDONLY;
      case "rw" -> flags & ~RDONLY;
      case "nosuid" -> flags | NOSUID;
      case "suid" -> flags & ~NOSUID;
      case "nodev" -> flags | NODEV;
      case "dev" -> flags & ~NODEV;
      case "noexec" -> flags | NOEXEC;
      case "exec" -> flags & ~NOEXEC;
      default -> flags;
    };
  }
}
