package dev.wadah.image.transfer;

import dev.wadah.oci.Descriptor;

/** Is told how blobs move; called from several threads. */
public interface TransferProgress {
  /** Tells nobody. */
  TransferProgress NONE = new Silence();

  /**
   * A blob's state or number of bytes has changed.
   *
   * @param bytes moved so far
   */
  void update(Descriptor blob, State state, long bytes);

  /**
   * A blob is where it should be, taken from a sibling repository.
   *
   * @param repository its path on the same host
   */
  default void mounted(Descriptor blob, String repository) {
    update(blob, State.EXISTS, blob.sizeBytes());
  }

  /** What is happening to a blob. */
  enum State {
    /** It belongs to what is moved. */
    PREPARING,
    /** Others are moved before it. */
    WAITING,
    COMPRESSING,
    MOVING,
    /** All bytes are here; their digest is compared. */
    VERIFYING,
    /** It is here and is what it should be. */
    ARRIVED,
    /** It is where it should be; nothing was moved. */
    EXISTS,
    DONE
  }

  /**
   * The one that tells nobody. Not a lambda: start archives keep none that an interface's
   * initializer makes, so each build would spin it anew, which takes milliseconds.
   */
  final class Silence implements TransferProgress {
    private Silence() {}

    @Override
    public void update(Descriptor blob, State state, long bytes) {
      // Nobody is told.
    }
  }
}
