package dev.wadah.image.transfer;

import dev.wadah.content.ForwardInputStream;
import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;

/** Tells a progress of the bytes that are read, not more often than every 256 KiB. */
final class CountedInputStream extends ForwardInputStream {
  private static final long STEP_BYTES = 256 << 10;

  private final Descriptor blob;
  private final TransferProgress.State state;
  private final TransferProgress progress;
  private long read;
  private long told;

  /** Counts what is read of a blob that is in {@code state}. */
  CountedInputStream(
      InputStream in, Descriptor blob, TransferProgress.State state, TransferProgress progress) {
    super(in);
    this.blob = blob;
    this.state = state;
    this.progress = progress;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n > 0) {
      read += n;
      if (read - told >= STEP_BYTES) {
        told = read;
        progress.update(blob, state, read);
      }
    }
    return n;
  }
}
