package dev.wadah.build;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images of one layer with one file. */
public final class OneFileImage {
  private OneFileImage() {}

  /** Makes an image that no list shows. */
  public static Image make(Engine engine, Platform platform, byte[] content) throws IOException {
    FileNode node =
        new FileNode(
            FileNode.Type.FILE, 0644, 0, 0, content.length, 0, "", FileNode.Identity.PLAIN);
    DiffId layer =
        engine
            .layers()
            .write(
                List.of(
                    new LayerEntry.File("/file", node, () -> new ByteArrayInputStream(content))),
                LayerStore.Form.TREE);
    ImageConfig config =
        new ImageConfig(
            platform,
            Optional.empty(),
            Optional.empty(),
            ContainerConfig.EMPTY,
            List.of(layer),
            List.of());
    return engine.images().assemble(config, Map.of());
  }
}
