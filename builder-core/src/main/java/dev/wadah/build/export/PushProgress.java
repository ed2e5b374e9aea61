package dev.wadah.build.export;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.TransferTicker;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;

/** Tells a build's progress of the layers that an export compresses and sends, and of files. */
final class PushProgress implements TransferProgress {
  private final TransferTicker ticker;

  PushProgress(BuildProgress progress, VertexName vertex) {
    this.ticker = new TransferTicker(progress, vertex);
  }

  /** So many bytes of files are written. */
  void copying(long bytes) {
    ticker.moved("copying", bytes, 0);
  }

  @Override
  public void update(Descriptor blob, State state, long bytes) {
    String layer = "layer " + blob.digest();
    switch (state) {
      case COMPRESSING -> ticker.moved("compressing " + layer, bytes, blob.sizeBytes());
      case MOVING, DONE -> ticker.moved("pushing " + layer, bytes, blob.sizeBytes());
      case PREPARING, WAITING, VERIFYING, ARRIVED, EXISTS -> {
        // nothing moves
      }
    }
  }
}
