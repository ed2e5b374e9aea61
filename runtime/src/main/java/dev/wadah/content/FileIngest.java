package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A blob on its way into a {@link DirectoryContentStore}: a locked file with a name of its own. Not
 * for use by several threads at once.
 */
final class FileIngest implements ContentStore.Ingest {
  private final Placement placement;
  private final String file;
  private final int lock;
  private final BlobOutput out;
  private boolean open = true;
  private boolean placed;

  FileIngest(Path directory, Blocks blocks, Placement placement) throws IOException {
    this.placement = placement;
    String name;
    int taken;
    do {
      // A name that another process holds, or is just cleaning up, is left to it.
      name = directory + "/" + Long.toHexString(System.nanoTime());
      taken = takeEmpty(name);
    } while (taken < 0);
    this.file = name;
    this.lock = taken;
    this.out = new BlobOutput(lock, blocks);
  }

  private static int takeEmpty(String name) throws IOException {
    int taken = Posix.tryLock(name);
    if (taken >= 0 && FileStatus.ofOpen(taken).sizeBytes() > 0) {
      Posix.close(taken); // what a dead process left
      return -1;
    }
    return taken;
  }

  @Override
  public BlobOutput out() {
    return out;
  }

  @Override
  public long sizeBytes() {
    return out.sizeBytes();
  }

  @Override
  public Digest commit() throws IOException {
    Digest digest = out.finish();
    placement.place(file, digest);
    placed = true;
    return digest;
  }

  @Override
  public Digest commit(Digest expected) throws IOException {
    Digest digest = out.finish();
    if (!digest.equals(expected)) {
      throw new DigestMismatchException("blob", expected, digest);
    }
    return commit();
  }

  @Override
  public void close() throws IOException {
    if (!open) {
      return;
    }
    open = false;
    try {
      out.release();
      if (!placed) {
        Posix.unlink(Posix.CWD, file);
      }
    } catch (PosixException e) {
      if (placed) {
        throw e;
      }
      // The file of an abandoned blob is gone already: nothing is left to clean up.
    } finally {
      Posix.close(lock);
    }
  }

  /** Gives the finished file its name. */
  interface Placement {
    void place(String temporary, Digest digest) throws IOException;
  }
}
