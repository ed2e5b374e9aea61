package dev.wadah.image.transfer;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;

/**
 * An entry of an index that is being made.
 *
 * @param descriptor as the index will say it
 * @param source where its content is now
 */
public record JoinEntry(Descriptor descriptor, ImageReference source) {
  /** The same content described otherwise. */
  public JoinEntry withDescriptor(Descriptor newDescriptor) {
    return new JoinEntry(newDescriptor, source);
  }
}
