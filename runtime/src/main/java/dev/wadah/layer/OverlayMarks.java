package dev.wadah.layer;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.util.ArrayList;
import java.util.List;

/**
 * How a tree marks what its layer hides. For overlayfs (kernel overlayfs doc, "whiteouts and opaque
 * directories") a whiteout is a character device 0:0, and an opaque directory has the attribute
 * {@code overlay.opaque} = y, in the namespace {@code trusted} or, for mounts with {@code
 * userxattr} made by an ordinary user, {@code user}. Where the file system can hold neither, both
 * are empty files under the names that they have in a tar ({@code .wh.NAME}, {@code .wh..wh..opq});
 * such trees are copied, never mounted.
 */
enum OverlayMarks {
  TRUSTED("trusted.overlay."),
  USER("user.overlay."),
  NAMES("");

  private static final byte[] YES = {'y'};
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final long[] ATTRIBUTES = {0644, 0, 0, 0};

  private final String namespace;

  OverlayMarks(String namespace) {
    this.namespace = namespace;
  }

  /** The namespace of attributes that this process may write, tried on a directory of its own. */
  static OverlayMarks of(String directory) throws PosixException {
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
    if (this == NAMES) {
      // What a layer first hides and then makes is hidden too.
      return FileStatus.of(directory + "/" + OPAQUE) != null
          || FileStatus.of(hidden(directory)) != null;
    }
    byte[] value = Posix.getXattr(directory, namespace + "opaque");
    return value != null && value.length == 1 && value[0] == 'y';
  }

  void makeOpaque(String directory) throws PosixException {
    if (this == NAMES) {
      put(Posix.CWD, directory + "/" + OPAQUE);
    } else {
      Posix.setXattr(directory, namespace + "opaque", YES);
    }
  }

  void clearOpaque(String directory) throws PosixException {
    if (this == NAMES) {
      Posix.removeTree(Posix.CWD, directory + "/" + OPAQUE);
      Posix.removeTree(Posix.CWD, hidden(directory));
    } else {
      Posix.removeXattr(directory, namespace + "opaque");
    }
  }

  /** Makes a whiteout; {@code name} is relative to the open directory {@code dir}. */
  void makeWhiteout(int dir, String name) throws PosixException {
    if (this == NAMES) {
      put(dir, WHITEOUT + name);
    } else {
      Posix.mknod(dir, name, FileStatus.S_IFCHR, 0);
    }
  }

  /** Removes the whiteout of a name in an open directory, if there is one. */
  void clearWhiteout(int dir, String name) throws PosixException {
    Posix.removeTree(dir, this == NAMES ? WHITEOUT + name : name);
  }

  /** What lstat says of a layer's file, a whiteout among them; null when there is neither. */
  FileStatus status(String file) throws PosixException {
    FileStatus status = FileStatus.of(file);
    return status == null && this == NAMES && FileStatus.of(hidden(file)) != null
        ? FileStatus.WHITEOUT
        : status;
  }

  /** As {@link #status(String)}, of a name in an open directory. */
  FileStatus status(int dir, String name) throws PosixException {
    FileStatus status = FileStatus.of(dir, name);
    return status == null && this == NAMES && FileStatus.of(dir, WHITEOUT + name) != null
        ? FileStatus.WHITEOUT
        : status;
  }

  /** Names in a directory of a layer, those of whiteouts among them; null when it is none. */
  String[] names(String directory) throws PosixException {
    String[] names = Posix.names(Posix.CWD, directory);
    return names == null || this != NAMES ? names : plain(names);
  }

  private static String[] plain(String[] names) {
    List<String> plain = new ArrayList<>(names.length);
    List<String> hidden = new ArrayList<>();
    for (String name : names) {
      if (!name.startsWith(WHITEOUT)) {
        plain.add(name);
      } else if (!name.equals(OPAQUE)) {
        hidden.add(name.substring(WHITEOUT.length()));
      }
    }
    hidden.removeAll(plain); // a directory that was made over a whiteout is there once
    plain.addAll(hidden);
    return plain.toArray(new String[0]);
  }

  private static String hidden(String file) {
    int slash = file.lastIndexOf('/') + 1;
    return file.substring(0, slash) + WHITEOUT + file.substring(slash);
  }

  private static void put(int dir, String path) throws PosixException {
    if (FileStatus.of(dir, path) == null) {
      Posix.putFile(dir, path, new byte[0], 0, 0, ATTRIBUTES.clone());
    }
  }
}
