package dev.wadah.image.transfer;

import dev.wadah.image.ForwardInputStream;
import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;

/** Tells a progress of the bytes that are read, not more often than every 256 KiB. */
final class CountedInputStream extends ForwardInputStream {
  private static final long STEP_BYTES = 256 << 10;

  private final Descriptor blob;
  private final TransferProgress progress;
  private long read;
  private long told;

  CountedInputStream(InputStream in, Descriptor blob, TransferProgress progress) {
    super(in);
    this.blob = blob;
    this.progress = progress;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int n = in.read(buffer, offset, length);
    if (n > 0) {
      read += n;
      if (read - told >= STEP_BYTES) {
        told = read;
        progress.update(blob, TransferProgress.State.MOVING, read);
      }
    }
    return n;
  }
}
