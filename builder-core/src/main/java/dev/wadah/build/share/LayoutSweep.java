package dev.wadah.build.share;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Removes what nothing in a layout's index leads to any more. Only under the layout's lock. */
final class LayoutSweep {
  /** Younger files stay: a reader may have read the index that led to them. */
  private static final Duration GRACE = Duration.ofHours(1);

  private static final int MAX_DEPTH = 8;
  private static final int MAX_DOCUMENT_BYTES = 8 << 20;

  private final LayoutFiles files;
  private final Set<String> reached = new HashSet<>();

  LayoutSweep(LayoutFiles files) {
    this.files = files;
  }

  /** Removes unreached blobs; none at all when a document cannot be understood. */
  void sweep(Index index) throws IOException {
    try {
      for (Descriptor entry : index.manifests()) {
        reach(entry, 0);
      }
    } catch (IllegalArgumentException e) {
      // Another program's document: who knows what it leads to.
      return;
    }
    Instant limit = Instant.now().minus(GRACE);
    for (Path file : files.blobs()) {
      boolean unused = !reached.contains(file.getFileName().toString());
      if (unused && isOlder(file, limit)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean isOlder(Path file, Instant limit) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(limit);
    } catch (NoSuchFileException e) {
      return false; // a draft: blobs are written without the lock, and have their names now
    }
  }

  private void reach(Descriptor descriptor, int depth) throws IOException {
    Digest digest = descriptor.digest();
    boolean leadsOn =
        MediaTypes.isIndex(descriptor.mediaType()) || MediaTypes.isManifest(descriptor.mediaType());
    if (!reached.add(digest.hex()) || !leadsOn || !files.has(descriptor)) {
      return;
    }
    if (depth == MAX_DEPTH || descriptor.sizeBytes() > MAX_DOCUMENT_BYTES) {
      throw new IllegalArgumentException("a document is too deep or too large");
    }
    byte[] bytes = Files.readAllBytes(files.blob(digest));
    if (MediaTypes.isIndex(descriptor.mediaType())) {
      for (Descriptor entry : OciJson.parseIndex(bytes).manifests()) {
        reach(entry, depth + 1);
      }
    } else {
      Manifest manifest = OciJson.parseManifest(bytes);
      reached.add(manifest.config().digest().hex());
      for (Descriptor layer : manifest.layers()) {
        reached.add(layer.digest().hex());
      }
    }
  }
}
