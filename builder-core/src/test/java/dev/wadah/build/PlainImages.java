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
import java.util.Random;

/** Images of which only their layers matter: files of root without a time, an empty config. */
public final class PlainImages {
  private PlainImages() {}

  /** A file for everybody to read. */
  public static LayerEntry file(String path, byte[] content) {
    FileNode node = node(FileNode.Type.FILE, 0644, content.length);
    return new LayerEntry.File(path, node, () -> new ByteArrayInputStream(content));
  }

  public static LayerEntry directory(String path) {
    return new LayerEntry.File(
        path, node(FileNode.Type.DIRECTORY, 0755, 0), LayerEntry.Content.NONE);
  }

  private static FileNode node(FileNode.Type type, int mode, int size) {
    return new FileNode(type, mode, 0, 0, size, 0, "", FileNode.Identity.PLAIN);
  }

  /** Bytes that do not compress, and are the same for the same seed. */
  public static byte[] noise(int seed, int bytes) {
    byte[] noise = new byte[bytes];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  public static ImageConfig config(Platform platform, List<DiffId> layers) {
    ContainerConfig empty = ContainerConfig.EMPTY;
    return new ImageConfig(platform, Optional.empty(), Optional.empty(), empty, layers, List.of());
  }

  /** Makes an image of one layer with one file, which no list shows. */
  public static Image ofOneFile(Engine engine, Platform platform, byte[] content)
      throws IOException {
    DiffId layer = engine.layers().write(List.of(file("/file", content)), LayerStore.Form.TREE);
    return engine.images().assemble(config(platform, List.of(layer)), Map.of());
  }
}
