package dev.wadah.image.archive;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.util.List;

/**
 * What an archive brought.
 *
 * @param names that now point to it
 * @param target its manifest or index
 * @param ids of the images that it leads to, at least one
 */
public record LoadedImage(List<ImageReference> names, Descriptor target, List<Digest> ids) {
  public LoadedImage {
    names = List.copyOf(names);
    ids = List.copyOf(ids);
  }
}
