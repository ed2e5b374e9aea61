package dev.wadah.registry.serve;

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
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Removes what nothing leads to: uploads that nobody goes on with, a repository's blobs that none
 * of its manifests names, and content that no repository has. Only what nobody has sent, asked for
 * or mounted for a day goes, since a push brings blobs before the manifest that names them. Each
 * removal is of one file, and what leads to another goes first, so that it may be cut off anywhere.
 */
final class Sweep {
  /** How long a blob may wait for its manifest, and an upload for its next bytes. */
  static final Duration GRACE = Duration.ofDays(1);

  private final Storage storage;

  Sweep(Storage storage) {
    this.storage = storage;
  }

  /**
   * Removes what was last used before a time.
   *
   * @return files that are gone, uploads left out
   */
  int run(Instant before) throws IOException {
    storage.removeUploadsBefore(before);
    int removed = 0;
    Set<Digest> used = new HashSet<>();
    for (String repository : storage.repositoriesWith("_blobs")) {
      removed += sweep(repository, before);
    }
    for (String repository : storage.repositoriesWith("_blobs")) {
      used.addAll(storage.marks(repository).values());
    }
    for (String repository : storage.repositories()) {
      used.addAll(storage.manifests(repository));
    }
    // What is linked from now on has been touched, and is not removed.
    for (Map.Entry<Path, Digest> blob : storage.blobs().entrySet()) {
      if (!used.contains(blob.getValue()) && storage.removeUnused(blob.getKey(), before)) {
        removed++;
      }
    }
    return removed;
  }

  private int sweep(String repository, Instant before) throws IOException {
    Map<Path, Digest> marks = storage.marks(repository);
    Optional<Set<Digest>> named = named(repository);
    if (named.isEmpty()) {
      return 0;
    }
    int removed = 0;
    for (Map.Entry<Path, Digest> mark : marks.entrySet()) {
      if (!named.get().contains(mark.getValue()) && storage.removeUnused(mark.getKey(), before)) {
        removed++;
      }
    }
    return removed;
  }

  /** What a repository's manifests name; empty when one of them cannot be understood. */
  private Optional<Set<Digest>> named(String repository) throws IOException {
    Set<Digest> named = new HashSet<>();
    for (Digest digest : storage.manifests(repository)) {
      try {
        add(Files.readAllBytes(storage.blob(digest)), named);
      } catch (NoSuchFileException | IllegalArgumentException e) {
        // A damaged manifest may have named anything: this repository keeps what it has.
        return Optional.empty();
      }
    }
    return Optional.of(named);
  }

  private static void add(byte[] document, Set<Digest> named) {
    if (MediaTypes.isIndex(OciJson.mediaTypeOf(document))) {
      Index index = OciJson.parseIndex(document);
      index.manifests().forEach(entry -> named.add(entry.digest()));
      return;
    }
    Manifest manifest = OciJson.parseManifest(document);
    named.add(manifest.config().digest());
    for (Descriptor layer : manifest.layers()) {
      named.add(layer.digest());
    }
  }
}
