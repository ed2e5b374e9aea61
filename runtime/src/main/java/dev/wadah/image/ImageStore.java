package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names to images on this machine. Safe for threads and processes. */
public final class ImageStore {
  private final Store store;
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageNames names;
  private final ImageIds ids;
  private final ImageReader reader;
  private final RemoteImages remote;

  public ImageStore(Store store, ContentStore content, LayerStore layers, Registry registry) {
    this.store = store;
    this.content = content;
    this.layers = layers;
    this.names = new ImageNames(store);
    this.ids = new ImageIds(store);
    this.reader = new ImageReader(content);
    this.remote = new RemoteImages(content, layers, registry, ids);
  }

  /**
   * The image that a name, id or id prefix stands for. A name comes before an id prefix.
   *
   * @param platform which one of an index; an image of another platform is still found when it is
   *     the only one
   * @throws ImageException if an id prefix fits several images, or a document is damaged
   */
  public Optional<Image> find(String nameOrId, Platform platform) throws IOException {
    Optional<Descriptor> target = target(nameOrId);
    if (target.isEmpty()) {
      return Optional.empty();
    }
    Optional<Image> image = reader.read(target.get(), platform);
    if (image.isPresent()) {
      remote.register(image.get(), Optional.empty());
    }
    return image;
  }

  /** The manifest or index that a name, id or id prefix stands for. */
  public Optional<Descriptor> target(String nameOrId) throws IOException {
    Optional<ImageReference> name = reference(nameOrId);
    if (name.isPresent()) {
      Optional<Descriptor> named = named(name.get());
      if (named.isPresent()) {
        return named;
      }
    }
    Optional<Digest> id = idOf(nameOrId);
    if (id.isEmpty()) {
      return Optional.empty();
    }
    ids.renew(id.get());
    return ids.get(id.get());
  }

  private static Optional<ImageReference> reference(String text) {
    if (text.startsWith("sha256:")) {
      return Optional.empty();
    }
    try {
      return Optional.of(ImageReference.parse(text));
    } catch (IllegalArgumentException e) {
      // Not a name; it may still be an id.
      return Optional.empty();
    }
  }

  private Optional<Digest> idOf(String text) throws IOException {
    String hex = text.startsWith("sha256:") ? text.substring(7) : text;
    if (hex.isEmpty() || hex.length() > 64 || !Digest.isLowerHex(hex)) {
      return Optional.empty();
    }
    List<Digest> fitting = ids.startingWith(hex);
    if (fitting.size() > 1) {
      throw new ImageException(
          "image id \"%s\" is ambiguous: it fits %d images, such as %s and %s"
              .formatted(
                  text,
                  fitting.size(),
                  fitting.get(0).abbreviated(),
                  fitting.get(1).abbreviated()));
    }
    return fitting.stream().findFirst();
  }

  /** A name's target; a digest is looked up by what it covers, under whatever name it came. */
  private Optional<Descriptor> named(ImageReference name) throws IOException {
    if (name.digest().isEmpty()) {
      return names.get(name);
    }
    Digest digest = name.digest().get();
    if (!content.has(digest)) {
      return Optional.empty();
    }
    byte[] bytes = content.read(digest);
    try {
      return Optional.of(Descriptor.of(OciJson.mediaTypeOf(bytes), digest, bytes.length));
    } catch (IllegalArgumentException e) {
      throw new ImageException("%s: %s".formatted(name.familiar(), e.getMessage()), e);
    }
  }

  /**
   * The image, fetched when {@code policy} says so. Manifests and config are stored; layers stay
   * remote until somebody needs them.
   *
   * <p>With {@link PullPolicy#MISSING} an image that is here for other platforms only is asked for
   * in its registry, and the one that is here is taken when the registry cannot help; the caller
   * compares platforms where that matters.
   *
   * @throws RegistryException if it is neither here nor to be had
   * @throws ImageException if it is there, but not for this platform
   */
  public Image resolve(ImageReference reference, Platform platform, PullPolicy policy)
      throws IOException {
    Optional<Image> here =
        policy == PullPolicy.ALWAYS ? Optional.empty() : find(reference.toString(), platform);
    boolean fits = here.isPresent() && platform.preference(here.get().config().platform()) >= 0;
    if (policy == PullPolicy.NEVER || (policy == PullPolicy.MISSING && fits)) {
      return here.orElseThrow(
          () ->
              new ImageException(
                  "%s is not on this machine, and pulling is not allowed (pull policy never)"
                      .formatted(reference.familiar()),
                  "",
                  "wadah pull %s, or --pull=missing".formatted(reference.familiar())));
    }
    try {
      return fetch(reference, platform);
    } catch (IOException e) {
      if (here.isPresent()) {
        return here.get();
      }
      throw e;
    }
  }

  private Image fetch(ImageReference reference, Platform platform) throws IOException {
    Fetched fetched = fetchUnnamed(reference, platform);
    keep(reference, fetched);
    return fetched.image();
  }

  /**
   * What a reference stands for in its registry.
   *
   * @param target the manifest or index that the reference names
   * @param image the image for the platform
   */
  public record Fetched(Descriptor target, Image image) {}

  /**
   * Fetches the documents of an image. Neither name nor id leads to it before {@link #keep}, so
   * that a pull whose layers do not come leaves what the name stood for.
   *
   * @throws RegistryException if the registry does not give it
   * @throws ImageException if it is there, but not for this platform
   */
  public Fetched fetchUnnamed(ImageReference reference, Platform platform) throws IOException {
    return remote.fetch(reference, platform);
  }

  /** Lets a name, and its id, lead to a fetched image. */
  public void keep(ImageReference reference, Fetched fetched) throws IOException {
    ids.put(fetched.image().id(), fetched.image().descriptor());
    names.put(reference, fetched.target());
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
   * layers as uncompressed tars unless a layer came as a blob. The image can be found by its id.
   *
   * @param annotations of the manifest
   */
  public Image create(ImageConfig config, Map<String, String> annotations) throws IOException {
    Image image = assemble(config, annotations);
    keep(image);
    return image;
  }

  /**
   * As {@link #create}, but nothing leads to the image: it is for an export, and goes with the next
   * prune.
   */
  public Image assemble(ImageConfig config, Map<String, String> annotations) throws IOException {
    byte[] configBytes = OciJson.write(config);
    List<Descriptor> blobs = new ArrayList<>();
    for (DiffId layer : config.diffIds()) {
      blobs.add(describe(layer));
    }
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(configBytes), configBytes.length),
            blobs,
            annotations,
            Optional.empty(),
            Optional.empty());
    byte[] manifestBytes = OciJson.write(manifest);
    content.put(configBytes);
    Descriptor descriptor =
        Descriptor.of(MediaTypes.OCI_MANIFEST, content.put(manifestBytes), manifestBytes.length);
    return new Image(descriptor, manifest, config, manifestBytes, configBytes);
  }

  /**
   * The blob by which the manifest of a new image describes a layer: the one in which it came, else
   * the plain tar, which need not be in the content store.
   */
  public Descriptor describe(DiffId layer) throws IOException {
    Optional<Descriptor> blob = layers.blob(layer);
    // A blob that came and went is of no use for a layer that can be made again as a plain tar.
    boolean gone = blob.isPresent() && !content.has(blob.get().digest()) && layers.isHere(layer);
    if (blob.isPresent() && !gone) {
      Descriptor b = blob.get();
      // as BuildKit does: what is built is pushed whole, wherever the base's layers came from
      String type = MediaTypes.toOciLayer(MediaTypes.toDistributable(b.mediaType()));
      // so that what is built on this image finds the lists of its base's layers, too
      return Descriptor.of(type, b.digest(), b.sizeBytes())
          .withAnnotations(layers.listings().annotations(layer, b.digest()));
    }
    return Descriptor.of(MediaTypes.OCI_LAYER, layer.digest(), layers.tarSizeBytes(layer));
  }

  /**
   * Opens a layer's blob as its manifest describes it: from the content store, from the layer
   * store, or from the registry that the image came from. Verified while it is read.
   *
   * @param layer its place, 0 is the lowest
   */
  public InputStream openLayer(Image image, int layer) throws IOException {
    Descriptor blob = image.manifest().layers().get(layer);
    DiffId diffId = image.config().diffIds().get(layer);
    boolean ownTar = blob.digest().equals(diffId.digest()) && !content.has(blob.digest());
    InputStream in =
        ownTar && layers.has(diffId) ? layers.openTar(diffId) : openBlob(image, diffId, blob);
    return new VerifiedInputStream(in, blob, "layer of image " + image.id().abbreviated());
  }

  /** A layer of an image that was made here, on a base that was not fetched, knows its source. */
  private InputStream openBlob(Image image, DiffId diffId, Descriptor blob) throws IOException {
    boolean made = ids.sources(image.descriptor().digest()).isEmpty();
    boolean known = layers.blob(diffId).filter(b -> b.digest().equals(blob.digest())).isPresent();
    return made && known && layers.has(diffId)
        ? layers.openBlob(diffId)
        : remote.open(image, Optional.empty(), blob);
  }

  /** Makes an image findable by its id, with or without a name. */
  public void keep(Image image) throws IOException {
    ids.put(image.id(), image.descriptor());
  }

  /** Says that a layer's blob has come into the content store. */
  public void addLayer(DiffId diffId, Descriptor blob) throws IOException {
    layers.addBlob(diffId, blob, wanted -> content.open(wanted.digest()));
  }

  /** Remembers that a repository has a manifest or blob. */
  public void addSource(Digest digest, ImageReference repository) throws IOException {
    ids.addSource(digest, repository);
  }

  /** The repositories that are known to have a manifest or blob. */
  public List<String> sources(Digest digest) throws IOException {
    return ids.sources(digest);
  }

  /** Forgets an id, so that the next prune takes the image unless a name leads to it. */
  public void forget(Digest id) throws IOException {
    ids.remove(id);
  }

  /**
   * The image at a manifest or index that is here; of an index the one for {@code platform}, or its
   * only one.
   */
  public Optional<Image> read(Descriptor target, Platform platform) throws IOException {
    return reader.read(target, platform);
  }

  /** The name that {@code nameOrId} is, if there is such a name here. */
  public Optional<ImageReference> nameOf(String nameOrId) throws IOException {
    Optional<ImageReference> name = reference(nameOrId);
    return name.isPresent() && names.get(name.get()).isPresent() ? name : Optional.empty();
  }

  /**
   * Looks up all that a manifest or index leads to, so that no collector takes it before a name
   * that is about to be given leads to it.
   */
  public void use(Descriptor target) throws IOException {
    content.has(target.digest());
    for (Descriptor manifest : reader.manifests(target)) {
      if (content.has(manifest.digest())) {
        Image image = reader.image(manifest);
        remote.register(image, Optional.empty());
        for (Descriptor layer : image.manifest().layers()) {
          content.has(layer.digest());
        }
      }
    }
  }

  /** Points a name to a manifest or index; replaces what it pointed to. */
  public void tag(ImageReference name, Descriptor target) throws IOException {
    names.put(name, target);
  }

  /** Removes a name; true if it was there. Content goes with the next prune. */
  public boolean untag(ImageReference name) throws IOException {
    return names.remove(name);
  }

  /** All names with what they point to, by name. */
  public List<Named> list() throws IOException {
    List<Named> list = new ArrayList<>();
    Set<Digest> led = new HashSet<>();
    for (Map.Entry<String, Descriptor> entry : names.all().entrySet()) {
      Descriptor target = entry.getValue();
      list.add(new Named(Optional.of(ImageReference.parse(entry.getKey())), target));
      for (Descriptor manifest : reader.manifests(target)) {
        if (content.has(manifest.digest())) {
          led.add(reader.image(manifest).id());
        }
      }
    }
    for (Map.Entry<Digest, Descriptor> entry : ids.all().entrySet()) {
      if (!led.contains(entry.getKey()) && content.has(entry.getValue().digest())) {
        list.add(new Named(Optional.empty(), entry.getValue()));
      }
    }
    return list;
  }

  /**
   * Follows every name and id; one line for each whose documents are missing or damaged, or whose
   * layers are neither here nor to be had. Blobs are not recomputed, nothing is fetched.
   */
  public List<String> verify() throws IOException {
    return new ImageCheck(store, content, layers, names, ids).run();
  }

  /** A name and its manifest or index; the name is empty for an image that has none. */
  public record Named(Optional<ImageReference> name, Descriptor target) {}
}
