package dev.wadah.build.export;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.LayerTimes;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images whose new files are not younger than SOURCE_DATE_EPOCH (rewrite-timestamp of BuildKit's
 * docs/build-repro.md). The base's layers stay as they are, and so do those of the cache: the image
 * gets others.
 */
final class Timestamps {
  private final Engine engine;
  private final Map<DiffId, DiffId> known = new HashMap<>();

  Timestamps(Engine engine) {
    this.engine = engine;
  }

  /** The images with other layers; the same ones when the build was given no epoch. */
  Built rewrite(Built built) throws IOException {
    if (built.epoch().isEmpty()) {
      return built;
    }
    Map<Platform, Image> images = new LinkedHashMap<>();
    for (Map.Entry<Platform, Image> entry : built.images().entrySet()) {
      int base = built.baseLayers().getOrDefault(entry.getKey(), 0);
      images.put(entry.getKey(), rewrite(entry.getValue(), base, built.epoch().get()));
    }
    return built.with(images);
  }

  private Image rewrite(Image image, int base, Instant epoch) throws IOException {
    ImageConfig old = image.config();
    List<DiffId> layers = new ArrayList<>();
    for (DiffId layer : old.diffIds()) {
      layers.add(layers.size() < base ? layer : rewrite(layer, epoch));
    }
    if (layers.equals(old.diffIds())) {
      return image;
    }
    ImageConfig config =
        new ImageConfig(
            old.platform(), old.created(), old.author(), old.container(), layers, old.history());
    return engine.images().assemble(config, image.manifest().annotations());
  }

  private DiffId rewrite(DiffId layer, Instant epoch) throws IOException {
    DiffId rewritten = known.get(layer);
    if (rewritten == null) {
      rewritten = new LayerTimes(engine.layers(), engine.content()).atMost(layer, epoch);
      known.put(layer, rewritten);
    }
    return rewritten;
  }
}
