package dev.wadah.image;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageConfig.History;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code docker history}.
 *
 * @param image the id on the newest line, else "&lt;missing&gt;"
 * @param created when
 * @param createdBy the command
 * @param sizeBytes of the layer as its blob; 0 where the line made none
 * @param comment free text
 */
public record ImageHistory(
    String image, Optional<Instant> created, String createdBy, long sizeBytes, String comment) {

  /** The lines of an image, newest first. An image may have layers without a line. */
  public static List<ImageHistory> of(Image image) {
    List<ImageHistory> lines = new ArrayList<>();
    List<Descriptor> layers = image.manifest().layers();
    int layer = 0;
    for (History line : image.config().history()) {
      boolean made = !line.emptyLayer() && layer < layers.size();
      lines.add(
          new ImageHistory(
              "<missing>",
              line.created(),
              line.createdBy(),
              made ? layers.get(layer++).sizeBytes() : 0,
              line.comment().orElse("")));
    }
    Collections.reverse(lines);
    if (!lines.isEmpty()) {
      ImageHistory newest = lines.get(0);
      lines.set(
          0,
          new ImageHistory(
              image.id().toString(),
              newest.created,
              newest.createdBy,
              newest.sizeBytes,
              newest.comment));
    }
    return lines;
  }
}
