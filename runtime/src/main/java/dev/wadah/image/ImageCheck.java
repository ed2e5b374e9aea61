package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
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

  ImageCheck(ContentStore content, LayerStore layers, ImageNames names, ImageIds ids) {
    this.content = content;
    this.layers = layers;
    this.names = names;
    this.ids = ids;
    this.reader = new ImageReader(content);
  }

  List<String> run() throws IOException {
    for (String name : names.written()) {
      check("name " + name, () -> names.get(ImageReference.parse(name)));
    }
    for (Digest id : ids.written()) {
      check("image id " + id, () -> ids.get(id));
    }
    return problems;
  }

  /** Reads a record. */
  private interface Reading {
    Optional<Descriptor> read() throws IOException;
  }

  private void check(String subject, Reading record) {
    try {
      Optional<Descriptor> target = record.read();
      if (target.isPresent()) {
        checkTarget(subject, target.get());
      }
    } catch (IOException | IllegalArgumentException e) {
      problems.add("%s: %s".formatted(subject, e.getMessage()));
    }
  }

  private void checkTarget(String subject, Descriptor target) throws IOException {
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
        checkImage(subject, manifest);
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
