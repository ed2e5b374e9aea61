package dev.wadah.build.export;

import dev.wadah.build.PlainImages;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** An image of a file with two names, a link, and a file that the second layer removes. */
final class TwoLayers {
  private TwoLayers() {}

  /**
   * The image.
   *
   * @param text what is in {@code /bin/tool}
   */
  static Image image(Engine engine, Platform platform, String text) throws IOException {
    LayerEntry.File tool = entry("/bin/tool", FileNode.Type.FILE, 04755, text);
    DiffId first =
        layer(
            engine,
            entry("/bin", FileNode.Type.DIRECTORY, 0755, ""),
            tool,
            new LayerEntry.HardLink("/bin/twin", "/bin/tool", tool.node()),
            entry("/gone", FileNode.Type.FILE, 0644, "x"));
    DiffId second =
        layer(
            engine,
            new LayerEntry.Whiteout("/gone"),
            entry("/link", FileNode.Type.SYMLINK, 0777, "bin/tool"));
    return engine.images().create(PlainImages.config(platform, List.of(first, second)), Map.of());
  }

  private static DiffId layer(Engine engine, LayerEntry... entries) throws IOException {
    return engine.layers().write(List.of(entries), LayerStore.Form.TREE);
  }

  private static LayerEntry.File entry(String path, FileNode.Type type, int mode, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    boolean file = type == FileNode.Type.FILE;
    FileNode node =
        new FileNode(
            type,
            mode,
            0,
            0,
            file ? bytes.length : 0,
            1_000_000_000_000_000_000L,
            type == FileNode.Type.SYMLINK ? text : "",
            FileNode.Identity.PLAIN);
    return new LayerEntry.File(
        path, node, file ? () -> new ByteArrayInputStream(bytes) : LayerEntry.Content.NONE);
  }
}
