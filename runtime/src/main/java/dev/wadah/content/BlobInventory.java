package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The blobs of a store as a collector sees them: what each takes, and when it was last used. */
public final class BlobInventory {
  private final String blobs;

  public BlobInventory(Store store) throws IOException {
    this.blobs = store.room("blobs/sha256").toString();
  }

  /**
   * A blob.
   *
   * @param diskBytes what it takes on the disk
   * @param usedNanos when it was last looked up or written, since 1970
   */
  public record Blob(Digest digest, long diskBytes, long usedNanos) {}

  /** All blobs, in no order. */
  public List<Blob> list() throws IOException {
    List<Blob> list = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, blobs)) {
      FileStatus status = FileStatus.of(blobs + "/" + name);
      if (status != null && name.length() == 64 && Digest.isLowerHex(name)) {
        list.add(new Blob(new Digest("sha256", name), status.diskBytes(), status.mtimeNanos()));
      }
    }
    return list;
  }

  /**
   * Moves a blob away that was last used before {@code olderThanNanos}; called behind the gate of
   * {@link Leases.Round#sweep}. Removing a large file takes longer than moving it.
   *
   * @param trash where it goes, on the store's file system
   * @return whether it is gone
   */
  public boolean remove(Digest digest, long olderThanNanos, Path trash) throws IOException {
    String file = blobs + "/" + digest.hex();
    FileStatus status = FileStatus.of(file);
    if (status == null) {
      return true;
    }
    if (status.mtimeNanos() >= olderThanNanos) {
      return false;
    }
    Posix.rename(Posix.CWD, file, Posix.CWD, trash.toString(), 0);
    return true;
  }
}
