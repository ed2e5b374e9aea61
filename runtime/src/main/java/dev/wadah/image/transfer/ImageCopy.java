package dev.wadah.image.transfer;

import dev.wadah.content.ParallelTransfers;
import dev.wadah.image.ImageException;
import dev.wadah.image.ImageReader;
import dev.wadah.image.VerifiedInputStream;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Copies images from one repository to another, byte for byte and without a stop on this machine:
 * within a host blobs are mounted, between hosts they are streamed and verified on the way. What
 * the target has is not sent again.
 */
public final class ImageCopy {
  private final Registry registry;
  private final TransferProgress progress;

  public ImageCopy(Registry registry, TransferProgress progress) {
    this.registry = registry;
    this.progress = progress;
  }

  /**
   * Copies a manifest or index and all that it leads to; it can then be asked for by its digest.
   *
   * @param from a repository that has it
   * @param to a repository that shall have it
   */
  public void copy(Descriptor target, ImageReference from, ImageReference to) throws IOException {
    if (!from.repository().equals(to.repository())) {
      copy(target, from, to, 0);
    }
  }

  private void copy(Descriptor target, ImageReference from, ImageReference to, int depth)
      throws IOException {
    ImageReference place = to.withDigest(target.digest());
    if (registry.head(place).isPresent()) {
      // a registry takes a manifest only when it has what that names
      return;
    }
    Registry.Document document = registry.manifest(from.withDigest(target.digest()));
    if (MediaTypes.isIndex(document.mediaType())) {
      if (depth >= ImageReader.MAX_INDEX_DEPTH) {
        throw new ImageException(
            "%s: indexes are nested deeper than %d"
                .formatted(from.familiar(), ImageReader.MAX_INDEX_DEPTH));
      }
      for (Descriptor entry : entries(from, document)) {
        copy(entry, from, to, depth + 1);
      }
    } else {
      copyBlobs(ImageReader.manifest(document.descriptor(), document.bytes()), from, to);
    }
    registry.pushManifest(place, document);
  }

  private static List<Descriptor> entries(ImageReference from, Registry.Document document)
      throws ImageException {
    try {
      return OciJson.parseIndex(document.bytes()).manifests();
    } catch (IllegalArgumentException e) {
      throw new ImageException("%s: %s".formatted(from.familiar(), e.getMessage()), e);
    }
  }

  private void copyBlobs(Manifest manifest, ImageReference from, ImageReference to)
      throws IOException {
    List<Descriptor> blobs = new ArrayList<>(manifest.layers());
    blobs.add(manifest.config());
    Set<Digest> seen = new HashSet<>();
    List<Descriptor> moving = new ArrayList<>();
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Descriptor blob : blobs) {
      if (!MediaTypes.isForeignLayer(blob.mediaType()) && seen.add(blob.digest())) {
        moving.add(blob);
        tasks.add(
            () -> {
              copyBlob(blob, from, to);
              return null;
            });
      }
    }
    ImageTransfer.announce(moving, progress);
    ParallelTransfers.run(tasks);
  }

  private void copyBlob(Descriptor blob, ImageReference from, ImageReference to)
      throws IOException {
    String what = "blob of " + from.familiar();
    CountedBlob counted =
        new CountedBlob(
            () -> new VerifiedInputStream(registry.blob(from, blob), blob, what), blob, progress);
    counted.end(registry.pushBlob(to, blob, Optional.of(from.repository()), counted));
  }
}
