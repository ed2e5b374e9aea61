package dev.wadah.build.files;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.security.MessageDigest;

/**
 * The content key of what a copy reads: names, kinds, modes of files, content, link targets; no
 * times, and owners only where the copy keeps them. Of the path of a source only the last part
 * counts. It has two forms, because a mode depends on the umask of whoever made the file: one with
 * the modes as they are, one with what is the same in every checkout. Immutable.
 */
public final class FilesKey {
  /** Marks a mode that is the same in both forms. */
  static final int FIXED = 0x8000;

  private final byte[] rest;
  private final byte[] modes;
  private final Digest exact;
  private final FileListing listing;

  /**
   * A key.
   *
   * @param rest hash of all but the modes
   * @param modes two bytes for each file, in their order, with {@link #FIXED} where no umask counts
   * @param listing of the files
   */
  FilesKey(byte[] rest, byte[] modes, FileListing listing) {
    this.rest = rest;
    this.modes = modes;
    this.listing = listing;
    this.exact = digest(modes);
  }

  /** The files themselves; made when it is asked for. */
  public synchronized FileList files() {
    return listing.toList();
  }

  /** The key with the modes as they are, by which Docker tells files apart. */
  public Digest exact() {
    return exact;
  }

  /** The key with the modes that all checkouts have in common. */
  public Digest portable(PortableModes portable) {
    if (portable.areExact()) {
      return exact;
    }
    byte[] common = new byte[modes.length];
    for (int i = 0; i < modes.length; i += 2) {
      int mode = ((modes[i] & 0xff) << 8) | (modes[i + 1] & 0xff);
      int stands = (mode & FIXED) != 0 ? mode : portable.of(mode);
      common[i] = (byte) (stands >> 8);
      common[i + 1] = (byte) stands;
    }
    return digest(common);
  }

  private Digest digest(byte[] some) {
    MessageDigest sha = new NativeSha256();
    sha.update(rest);
    sha.update(some);
    return Digest.ofSha256(sha.digest());
  }
}
