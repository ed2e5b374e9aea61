package dev.wadah.image.transfer;

import dev.wadah.oci.Descriptor;

/** Is told how blobs move; called from several threads. */
public interface TransferProgress {
  /** Tells nobody. */
  TransferProgress NONE = (blob, state, bytes) -> {};

  /**
   * A blob's state or number of bytes has changed.
   *
   * @param bytes moved so far
   */
  void update(Descriptor blob, State state, long bytes);

  /** What is happening to a blob. */
  enum State {
    WAITING,
    COMPRESSING,
    MOVING,
    /** It is where it should be; nothing was moved. */
    EXISTS,
    DONE
  }
}
