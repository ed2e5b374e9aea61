package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;

/**
 * How overlayfs marks what a layer hides (kernel overlayfs doc, "whiteouts and opaque
 * directories"): a whiteout is a character device 0:0, an opaque directory has the attribute {@code
 * overlay.opaque} = y, in the namespace {@code trusted} or, for mounts with {@code userxattr} made
 * by an ordinary user, {@code user}.
 */
public enum OverlayMarks {
  TRUSTED("trusted.overlay."),
  USER("user.overlay.");

  private static final byte[] YES = {'y'};

  private final String namespace;

  OverlayMarks(String namespace) {
    this.namespace = namespace;
  }

  /** The namespace that this process may write, tried on a directory of its own. */
  public static OverlayMarks of(String directory) throws PosixException {
    try {
      Posix.setXattr(directory, "trusted.wadah", YES);
      Posix.removeXattr(directory, "trusted.wadah");
      return TRUSTED;
    } catch (PosixException e) {
      return USER; // EPERM without CAP_SYS_ADMIN in the first user namespace, ENOTSUP on old tmpfs
    }
  }

  /** Whether a directory of a layer hides what lower layers have in it. */
  boolean isOpaque(String directory) throws PosixException {
    byte[] value = Posix.getXattr(directory, namespace + "opaque");
    return value != null && value.length == 1 && value[0] == 'y';
  }

  void makeOpaque(String directory) throws PosixException {
    Posix.setXattr(directory, namespace + "opaque", YES);
  }

  void clearOpaque(String directory) throws PosixException {
    Posix.removeXattr(directory, namespace + "opaque");
  }

  /** Makes a whiteout; {@code name} is relative to the open directory {@code dir}. */
  static void makeWhiteout(int dir, String name) throws PosixException {
    Posix.mknod(dir, name, FileStatus.S_IFCHR, 0);
  }
}
