package dev.wadah.build;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.transfer.ImageCompression;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A base of three layers in which most destinations of a COPY are something other than they seem: a
 * link, a directory with an owner of its own, something that a higher layer removed.
 */
final class LayeredBase {
  /** Each layer has a file of so many bytes that do not compress. */
  static final int BIG_BYTES = 300_000;

  private static final int SECONDS = 1_600_000_000;

  private LayeredBase() {}

  /** Instructions whose result depends on the base in one way each. */
  static final String STEPS =
      """
      WORKDIR /app/sub
      COPY f /app/
      COPY f /linked/deep/
      COPY --chown=web:staff f /opt/owned/f
      COPY f /removed/f
      COPY f /opaque/below/f
      COPY f /dangling
      COPY d /keep
      USER web
      WORKDIR /home/web/new
      COPY --chmod=600 f .
      ADD f /usr/local/bin/
      COPY f /
      """;

  static Image make(Engine engine) throws IOException {
    Layer low = new Layer(1);
    low.directory("/etc", 0755).file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nweb:x:33:44::/:\n");
    low.file("/etc/group", "staff:x:50:\nweb:x:44:\n").directory("/srv", 0755);
    low.directory("/srv/real", 0750).link("/app", "/srv/real").directory("/removed", 0711);
    low.file("/removed/old", "x").directory("/opaque", 0755).directory("/opaque/below", 0700);
    low.directory("/usr", 0755).directory("/usr/local", 0755).directory("/usr/local/bin", 01777);
    low.link("/dangling", "srv/target").directory("/home", 0755).directory("/home/web", 0700);
    Layer middle = new Layer(2);
    middle.whiteout("/removed").directory("/opaque", 0751).opaque("/opaque");
    middle
        .file("/opt-there", "x")
        .link("/linked", "opt")
        .directory("/opt", 0755)
        .directory("/opt/owned", 0705);
    Layer high = new Layer(3);
    high.directory("/keep", 0700).directory("/keep/d", 0711).link("/keep/l", "d");
    high.file("/keep/there", "x");
    List<DiffId> layers = new ArrayList<>();
    for (Layer layer : List.of(low, middle, high)) {
      layers.add(engine.layers().write(layer.entries, LayerStore.Form.TAR));
    }
    return engine.images().assemble(PlainImages.config(Platform.host(), layers), Map.of());
  }

  /** Pushes the base with gzip layers. */
  static Image push(Engine engine, ImageReference name) throws IOException {
    Image image =
        new ImageCompression(engine.store(), engine.content(), engine.layers())
            .compress(make(engine), ImageCompression.Form.FOR_PUSH, TransferProgress.NONE);
    new ImageTransfer(engine.content(), engine.images(), engine.registry())
        .push(image.descriptor(), name, TransferProgress.NONE);
    return image;
  }

  /** Entries of one layer; every owner and time is another one. */
  private static final class Layer {
    private final List<LayerEntry> entries = new ArrayList<>();
    private final int number;

    Layer(int number) {
      this.number = number;
      file("/big" + number, PlainImages.noise(number, BIG_BYTES));
    }

    private FileNode node(FileNode.Type type, int mode, int size, String link) {
      int id = 100 * number + entries.size();
      long time = (SECONDS + id) * 1_000_000_000L;
      return new FileNode(type, mode, id, id + 1, size, time, link, FileNode.Identity.PLAIN);
    }

    Layer directory(String path, int mode) {
      FileNode node = node(FileNode.Type.DIRECTORY, mode, 0, "");
      entries.add(new LayerEntry.File(path, node, LayerEntry.Content.NONE));
      return this;
    }

    Layer link(String path, String target) {
      FileNode node = node(FileNode.Type.SYMLINK, 0777, 0, target);
      entries.add(new LayerEntry.File(path, node, LayerEntry.Content.NONE));
      return this;
    }

    Layer file(String path, String text) {
      return file(path, text.getBytes(StandardCharsets.UTF_8));
    }

    Layer file(String path, byte[] bytes) {
      FileNode node = node(FileNode.Type.FILE, 0644, bytes.length, "");
      entries.add(new LayerEntry.File(path, node, () -> new ByteArrayInputStream(bytes)));
      return this;
    }

    Layer whiteout(String path) {
      entries.add(new LayerEntry.Whiteout(path));
      return this;
    }

    Layer opaque(String path) {
      entries.add(new LayerEntry.Opaque(path));
      return this;
    }
  }
}
