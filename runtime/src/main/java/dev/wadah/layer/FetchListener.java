package dev.wadah.layer;

import dev.wadah.oci.Descriptor;

/** Hears of a blob that is fetched. */
@FunctionalInterface
public interface FetchListener {
  /** {@code bytes} of it are here. */
  void fetched(Descriptor blob, long bytes);
}
