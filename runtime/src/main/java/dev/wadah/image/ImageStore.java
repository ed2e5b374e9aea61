package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names to images on this machine. Safe for threads and processes. */
public final class ImageStore {
  private final Store store;
  private final ContentStore content;
  private final LayerStore layers;
  private final Registry registry;

  public ImageStore(Store store, ContentStore content, LayerStore layers, Registry registry) {
    this.store = store;
    this.content = content;
    this.layers = layers;
    this.registry = registry;
  }

  /**
   * The image that a name, id or id prefix stands for.
   *
   * @param platform which one of an index; an image of another platform is still found when it is
   *     the only one
   */
  public Optional<Image> find(String nameOrId, Platform platform) throws IOException {
    throw new IllegalStateException("pending " + store + content + layers + registry);
  }

  /**
   * The image, fetched when {@code policy} says so. Manifests and config are stored; layers stay
   * remote until somebody needs them.
   *
   * @throws dev.wadah.registry.RegistryException if it is neither here nor to be had
   */
  public Image resolve(ImageReference reference, Platform platform, PullPolicy policy)
      throws IOException {
    throw new IllegalStateException("pending");
  }

  /** When to ask the registry. */
  public enum PullPolicy {
    ALWAYS,
    MISSING,
    NEWER,
    NEVER
  }

  /**
   * Stores an image made of layers in the layer store, without a name; its manifest describes
   * layers as uncompressed tars unless a layer came as a blob.
   *
   * @param annotations of the manifest
   */
  public Image create(ImageConfig config, Map<String, String> annotations) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** Points a name to a manifest or index; replaces what it pointed to. */
  public void tag(ImageReference name, Descriptor target) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** Removes a name; true if it was there. Content goes with the next prune. */
  public boolean untag(ImageReference name) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** All names with what they point to, by name. */
  public List<Named> list() throws IOException {
    throw new IllegalStateException("pending");
  }

  /** A name and its manifest or index; the name is empty for an image that has none. */
  public record Named(Optional<ImageReference> name, Descriptor target) {}
}
