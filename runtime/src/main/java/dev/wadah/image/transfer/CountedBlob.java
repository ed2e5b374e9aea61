package dev.wadah.image.transfer;

import dev.wadah.oci.Descriptor;
import dev.wadah.registry.Registry.BlobOpener;
import java.io.IOException;
import java.io.InputStream;

/** The content of a blob that is sent; a progress hears how far it is, or where it came from. */
final class CountedBlob implements BlobOpener {
  private final BlobOpener content;
  private final Descriptor blob;
  private final TransferProgress progress;
  private volatile boolean mounted;

  CountedBlob(BlobOpener content, Descriptor blob, TransferProgress progress) {
    this.content = content;
    this.blob = blob;
    this.progress = progress;
  }

  @Override
  public InputStream open() throws IOException {
    progress.update(blob, TransferProgress.State.MOVING, 0);
    return new CountedInputStream(content.open(), blob, TransferProgress.State.MOVING, progress);
  }

  @Override
  public void mounted(String repository) {
    mounted = true;
    progress.mounted(blob, repository);
  }

  /**
   * Tells how the sending ended.
   *
   * @param sent bytes
   */
  void end(long sent) {
    if (!mounted) {
      boolean moved = sent > 0 || blob.sizeBytes() == 0;
      progress.update(
          blob,
          moved ? TransferProgress.State.DONE : TransferProgress.State.EXISTS,
          blob.sizeBytes());
    }
  }
}
