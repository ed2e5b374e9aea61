package dev.wadah.layer;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;

/** Hears what is done for a layer, where that takes long. */
@FunctionalInterface
public interface FetchListener {
  /** {@code bytes} of a blob that is fetched are here. */
  void fetched(Descriptor blob, long bytes);

  /** {@code bytes} of a layer's tar are unpacked. */
  default void unpacking(DiffId layer, long bytes) {}

  /** The tar of what a container has changed holds {@code bytes} until now. */
  default void committing(long bytes) {}
}
