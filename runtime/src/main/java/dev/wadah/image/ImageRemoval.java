package dev.wadah.image;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Removes images by the rules of {@code docker rmi}: a name is untagged, and the image goes with
 * its last name; an id removes the image with its names, if they are all of one repository.
 */
public final class ImageRemoval {
  private final ImageStore images;

  public ImageRemoval(ImageStore images) {
    this.images = images;
  }

  /** Whether an id may be removed that has names in several repositories. */
  public enum Force {
    NO,
    YES
  }

  /**
   * What was removed, in docker's order.
   *
   * @param untagged names that are gone
   * @param deleted ids of images that are gone
   */
  public record Removed(List<ImageReference> untagged, List<Digest> deleted) {
    public Removed {
      untagged = List.copyOf(untagged);
      deleted = List.copyOf(deleted);
    }
  }

  /**
   * Removes what {@code nameOrId} stands for.
   *
   * @param inUse ids that containers use; such an image may lose a name, not its last one
   * @throws ImageException if there is no such image, or docker's rules forbid it
   */
  public Removed remove(String nameOrId, Set<Digest> inUse, Force force) throws IOException {
    Optional<ImageReference> name = images.nameOf(nameOrId);
    Optional<Descriptor> target =
        name.isPresent() ? images.target(name.get().toString()) : images.target(nameOrId);
    if (target.isEmpty()) {
      throw new ImageException("No such image: " + nameOrId);
    }
    Digest id = id(target.get());
    List<ImageReference> names = namesOf(target.get(), id);
    if (name.isPresent()) {
      boolean last = names.size() == 1;
      return last ? removeAll(names, id, inUse, force) : untag(name.get());
    }
    requireOneRepository(names, id, force);
    return removeAll(names, id, inUse, force);
  }

  private Removed untag(ImageReference name) throws IOException {
    images.untag(name);
    return new Removed(List.of(name), List.of());
  }

  private static void requireOneRepository(List<ImageReference> names, Digest id, Force force)
      throws ImageException {
    Set<String> repositories = new TreeSet<>();
    for (ImageReference name : names) {
      repositories.add(name.repository());
    }
    if (repositories.size() > 1 && force == Force.NO) {
      throw new ImageException(
          ("conflict: unable to delete %s (must be forced) - image is referenced in multiple"
                  + " repositories")
              .formatted(id.abbreviated()));
    }
  }

  private Removed removeAll(List<ImageReference> names, Digest id, Set<Digest> inUse, Force force)
      throws IOException {
    if (inUse.contains(id) && force == Force.NO) {
      throw new ImageException(
          "conflict: unable to delete %s (must be forced) - image is being used by a container"
              .formatted(names.isEmpty() ? id.abbreviated() : names.get(0).familiar()));
    }
    for (ImageReference name : names) {
      images.untag(name);
    }
    images.forget(id);
    return new Removed(names, List.of(id));
  }

  /** The id of an image; of an index, of the image for this machine. */
  private Digest id(Descriptor target) throws IOException {
    return images.read(target, Platform.host()).map(Image::id).orElse(target.digest());
  }

  private List<ImageReference> namesOf(Descriptor target, Digest id) throws IOException {
    List<ImageReference> names = new ArrayList<>();
    for (ImageStore.Named named : images.list()) {
      if (named.name().isPresent()
          && (named.target().digest().equals(target.digest()) || id(named.target()).equals(id))) {
        names.add(named.name().get());
      }
    }
    return names;
  }
}
