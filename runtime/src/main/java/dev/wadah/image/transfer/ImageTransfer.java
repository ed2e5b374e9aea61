package dev.wadah.image.transfer;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.ParallelTransfers;
import dev.wadah.image.BlobIntake;
import dev.wadah.image.Image;
import dev.wadah.image.ImageReader;
import dev.wadah.image.ImageStore;
import dev.wadah.image.VerifiedInputStream;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Pulls and pushes whole images, several blobs at once. What has arrived stays when the rest fails,
 * so the next try goes on from there.
 */
public final class ImageTransfer {
  private final ContentStore content;
  private final ImageStore images;
  private final Registry registry;
  private final ImageReader reader;

  public ImageTransfer(ContentStore content, ImageStore images, Registry registry) {
    this.content = content;
    this.images = images;
    this.registry = registry;
    this.reader = new ImageReader(content);
  }

  /**
   * What a pull brought.
   *
   * @param image of the platform
   * @param target what the name stands for: a manifest or an index
   * @param isNew whether the name stood for something else before, or for nothing
   */
  public record Pulled(Image image, Descriptor target, boolean isNew) {}

  /**
   * Pulls an image with all its layers. The name stands for it when all of them are here, and not
   * before.
   *
   * @throws dev.wadah.registry.RegistryException if the registry does not give it
   */
  public Pulled pull(ImageReference reference, Platform platform, TransferProgress progress)
      throws IOException {
    Optional<Descriptor> before = images.target(reference.toString());
    ImageStore.Fetched fetched = images.fetchUnnamed(reference, platform);
    Image image = fetched.image();
    Descriptor target = fetched.target();
    boolean isNew = before.isEmpty() || !before.get().digest().equals(target.digest());
    List<Callable<Void>> tasks = new ArrayList<>();
    List<Descriptor> missing = new ArrayList<>();
    Set<Digest> wanted = new HashSet<>();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      int layer = i;
      Descriptor blob = image.manifest().layers().get(i);
      if (!wanted.add(blob.digest())) {
        continue;
      }
      if (content.has(blob.digest())) {
        // of an image that was here before, only what is missing is worth a word
        if (isNew) {
          progress.update(blob, TransferProgress.State.EXISTS, blob.sizeBytes());
        }
        continue;
      }
      missing.add(blob);
      tasks.add(
          () -> {
            download(image, layer, reference, progress);
            return null;
          });
    }
    announce(missing, progress);
    ParallelTransfers.run(tasks);
    images.keep(reference, fetched);
    return new Pulled(image, target, isNew);
  }

  /** Tells of all blobs that will move, in order, and which of them have to wait. */
  static void announce(List<Descriptor> blobs, TransferProgress progress) {
    for (Descriptor blob : blobs) {
      progress.update(blob, TransferProgress.State.PREPARING, 0);
    }
    for (int i = ParallelTransfers.MAX_AT_ONCE; i < blobs.size(); i++) {
      progress.update(blobs.get(i), TransferProgress.State.WAITING, 0);
    }
  }

  private void download(Image image, int layer, ImageReference reference, TransferProgress progress)
      throws IOException {
    Descriptor blob = image.manifest().layers().get(layer);
    if (content.has(blob.digest())) {
      progress.update(blob, TransferProgress.State.EXISTS, blob.sizeBytes());
      return;
    }
    registry.whole(
        reference, blob, in -> keep(in, blob, "layer of " + reference.familiar(), progress));
    progress.update(blob, TransferProgress.State.ARRIVED, blob.sizeBytes());
    DiffId diffId = image.config().diffIds().get(layer);
    images.addLayer(diffId, blob);
    images.addSource(blob.digest(), reference);
    progress.update(blob, TransferProgress.State.DONE, blob.sizeBytes());
  }

  private Digest keep(InputStream remote, Descriptor blob, String what, TransferProgress progress)
      throws IOException {
    progress.update(blob, TransferProgress.State.MOVING, 0);
    try (InputStream in =
            checked(
                new CountedInputStream(remote, blob, TransferProgress.State.MOVING, progress),
                blob,
                what);
        ContentStore.Ingest ingest = content.ingest()) {
      BlobIntake.copy(in, ingest.out());
      progress.update(blob, TransferProgress.State.VERIFYING, blob.sizeBytes());
      return commit(ingest, blob, what);
    }
  }

  /** What the store hashes by itself needs no second hash; other algorithms do. */
  private static InputStream checked(InputStream in, Descriptor blob, String what) {
    return blob.digest().algorithm().equals("sha256")
        ? new SizedInputStream(in, blob, what)
        : new VerifiedInputStream(in, blob, what);
  }

  private static Digest commit(ContentStore.Ingest ingest, Descriptor blob, String what)
      throws IOException {
    if (!blob.digest().algorithm().equals("sha256")) {
      return ingest.commit();
    }
    try {
      return ingest.commit(blob.digest());
    } catch (DigestMismatchException e) {
      throw new DigestMismatchException(what, e.expected(), e.actual());
    }
  }

  /**
   * Pushes what is at {@code target}, an image or an index with those of its images that are here,
   * under a name. Layers that the registry has are not sent, and those that a sibling repository
   * has are mounted. Documents keep their bytes.
   *
   * @return the descriptor of what was pushed
   */
  public Descriptor push(Descriptor target, ImageReference name, TransferProgress progress)
      throws IOException {
    List<Descriptor> manifests = new ArrayList<>();
    for (Descriptor manifest : reader.manifests(target)) {
      if (content.has(manifest.digest())) {
        manifests.add(manifest);
      }
    }
    for (Descriptor manifest : manifests) {
      Image image = reader.image(manifest);
      pushBlobs(image, name, progress);
      ImageReference place =
          manifest.digest().equals(target.digest()) ? name : name.withDigest(manifest.digest());
      pushDocument(manifest, image.manifestBytes(), place);
    }
    if (MediaTypes.isIndex(target.mediaType())) {
      pushIndexes(target, name, 0);
    }
    return target;
  }

  private void pushIndexes(Descriptor target, ImageReference name, int depth) throws IOException {
    for (Descriptor entry : reader.index(target).manifests()) {
      if (MediaTypes.isIndex(entry.mediaType())
          && depth < ImageReader.MAX_INDEX_DEPTH
          && content.has(entry.digest())) {
        pushIndexes(entry, name.withDigest(entry.digest()), depth + 1);
      }
    }
    pushDocument(target, content.read(target.digest()), name);
  }

  private void pushDocument(Descriptor descriptor, byte[] bytes, ImageReference name)
      throws IOException {
    registry.pushManifest(name, new Registry.Document(descriptor.mediaType(), bytes));
    images.addSource(descriptor.digest(), name);
  }

  private void pushBlobs(Image image, ImageReference name, TransferProgress progress)
      throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>();
    List<Descriptor> blobs = new ArrayList<>();
    Set<Digest> sent = new HashSet<>();
    for (int i = 0; i < image.manifest().layers().size(); i++) {
      Descriptor blob = image.manifest().layers().get(i);
      int layer = i;
      if (!MediaTypes.isForeignLayer(blob.mediaType()) && sent.add(blob.digest())) {
        blobs.add(blob);
        tasks.add(
            () -> {
              push(name, blob, () -> images.openLayer(image, layer), progress);
              return null;
            });
      }
    }
    announce(blobs, progress);
    byte[] config = image.configBytes();
    tasks.add(
        () -> {
          pushBlob(name, image.manifest().config(), () -> new ByteArrayInputStream(config));
          return null;
        });
    ParallelTransfers.run(tasks);
  }

  /**
   * Brings one blob into a repository: not at all when it is there, by a mount when a sibling
   * repository is known to have it, else by an upload.
   *
   * @return bytes uploaded
   */
  public long pushBlob(ImageReference name, Descriptor blob, Registry.BlobOpener opener)
      throws IOException {
    return push(name, blob, opener, TransferProgress.NONE);
  }

  private long push(
      ImageReference name, Descriptor blob, Registry.BlobOpener opener, TransferProgress progress)
      throws IOException {
    CountedBlob counted = new CountedBlob(opener, blob, progress);
    long sent = registry.pushBlob(name, blob, sibling(name, blob.digest()), counted);
    images.addSource(blob.digest(), name);
    counted.end(sent);
    return sent;
  }

  /** Another repository on the same host that has the blob. */
  private Optional<String> sibling(ImageReference name, Digest blob) throws IOException {
    for (String repository : images.sources(blob)) {
      boolean same = repository.equals(name.repository());
      if (!same && repository.startsWith(name.domain() + "/")) {
        return Optional.of(repository);
      }
    }
    return Optional.empty();
  }
}
