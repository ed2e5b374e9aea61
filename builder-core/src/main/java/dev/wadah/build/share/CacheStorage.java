package dev.wadah.build.share;

import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Reads and writes one place. Safe for threads. */
interface CacheStorage {

  /**
   * What lies there; a place that holds something else is no fault.
   *
   * @throws IOException if the place cannot be asked
   */
  Found read() throws IOException;

  /** Opens a layer's blob; the caller verifies. */
  InputStream open(Descriptor blob) throws IOException;

  /** Whether a blob is there. */
  boolean has(Descriptor blob) throws IOException;

  /** Brings a blob there, unless it is there already. */
  void put(Descriptor blob, Registry.BlobOpener content) throws IOException;

  /** The digest of the manifest that is there now. */
  Optional<Digest> current() throws IOException;

  /** Makes a manifest, whose blobs are there, the one that is found. */
  void publish(Registry.Document manifest) throws IOException;

  /**
   * Keeps other writers away until it is closed, where that is possible; {@link #isExclusive} tells
   * whether it is.
   */
  Store.Lock lock() throws IOException;

  /** Whether {@link #lock} keeps others away. */
  boolean isExclusive();
}
