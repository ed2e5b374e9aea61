package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Follows names and ids to their layers without reading any of these. */
final class ImageCheck {
  private final ContentStore content;
  private final LayerStore layers;
  private final ImageNames names;
  private final ImageIds ids;
  private final ImageReader reader;
  private final List<String> problems = new ArrayList<>();
  private final Set<Digest> seen = new HashSet<>();
  private final Set<Digest> broken = new HashSet<>();
  private final Store store;

  ImageCheck(Store store, ContentStore content, LayerStore layers, ImageNames names, ImageIds ids) {
    this.store = store;
    this.content = content;
    this.layers = layers;
    this.names = names;
    this.ids = ids;
    this.reader = new ImageReader(content);
  }

  /**
   * Checks everything. What was new when the machine crashed, and leads to something that did not
   * survive it, is removed instead: that image was not there yet.
   */
  List<String> run() throws IOException {
    for (String name : names.written()) {
      ImageReference reference = ImageReference.parse(name);
      check(
          "name " + name,
          names.record(reference),
          () -> names.get(reference),
          () -> names.remove(reference));
    }
    for (Digest id : ids.written()) {
      check("image id " + id, ids.record(id), () -> ids.get(id), () -> ids.remove(id));
    }
    return problems;
  }

  /** Reads a record. */
  private interface Reading {
    Optional<Descriptor> read() throws IOException;
  }

  /** Removes a record. */
  private interface Removal {
    boolean remove() throws IOException;
  }

  private void check(String subject, Path record, Reading reading, Removal removal)
      throws IOException {
    int before = problems.size();
    boolean isBroken = false;
    try {
      Optional<Descriptor> target = reading.read();
      if (target.isPresent()) {
        isBroken = checkTarget(subject, target.get());
      }
    } catch (IOException | IllegalArgumentException e) {
      problems.add("%s: %s".formatted(subject, e.getMessage()));
    }
    boolean wrong = isBroken || problems.size() > before;
    if (wrong && ImageNames.isDoubtful(store, record)) {
      problems.subList(before, problems.size()).clear();
      removal.remove();
    }
  }

  /** Whether an image that it leads to is broken, which may have been said before. */
  private boolean checkTarget(String subject, Descriptor target) throws IOException {
    follow(subject, target);
    boolean isBroken = false;
    for (Descriptor manifest : reader.manifests(target)) {
      isBroken |= broken.contains(manifest.digest());
    }
    return isBroken;
  }

  private void follow(String subject, Descriptor target) throws IOException {
    if (!content.has(target.digest())) {
      String what = MediaTypes.isIndex(target.mediaType()) ? "index" : "manifest";
      problems.add("%s: its %s %s is not here".formatted(subject, what, target.digest()));
      return;
    }
    int here = 0;
    for (Descriptor manifest : reader.manifests(target)) {
      // An index names platforms that were never fetched: no fault.
      if (content.has(manifest.digest())) {
        here++;
        int before = problems.size();
        checkImage(subject, manifest);
        if (problems.size() > before) {
          broken.add(manifest.digest());
        }
      }
    }
    if (here == 0) {
      problems.add("%s: no image of its index %s is here".formatted(subject, target.digest()));
    }
  }

  private void checkImage(String subject, Descriptor manifest) throws IOException {
    if (!seen.add(manifest.digest())) {
      return;
    }
    Digest config =
        ImageReader.manifest(manifest, content.read(manifest.digest())).config().digest();
    if (!content.has(config)) {
      problems.add("%s: its config %s is not here".formatted(subject, config));
      return;
    }
    Image image = reader.image(manifest);
    boolean remote = !ids.sources(manifest.digest()).isEmpty();
    for (int i = 0; i < image.manifest().layers().size() && !remote; i++) {
      Digest blob = image.manifest().layers().get(i).digest();
      DiffId layer = image.config().diffIds().get(i);
      if (!content.has(blob) && !layers.has(layer) && ids.sources(blob).isEmpty()) {
        problems.add(
            "%s: its layer %s is not here, and no registry is known for it"
                .formatted(subject, layer));
      }
    }
  }
}
