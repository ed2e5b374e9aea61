package dev.wadah.build.share;

import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.nio.file.Path;
import java.util.Optional;

/** Where a shared cache lies. */
sealed interface Place {

  /** A tag or digest in a registry. */
  record InRegistry(ImageReference reference) implements Place {
    @Override
    public String toString() {
      return reference.familiar();
    }
  }

  /**
   * An OCI layout in a folder.
   *
   * @param tag the name of the entry in its index
   * @param digest the manifest, when it is named by its digest
   */
  record InFolder(Path folder, String tag, Optional<Digest> digest) implements Place {
    @Override
    public String toString() {
      return tag.equals("latest") ? folder.toString() : folder + ":" + tag;
    }
  }

  /** The manifest of the image that is built. */
  record InImage() implements Place {
    @Override
    public String toString() {
      return "the image";
    }
  }
}
