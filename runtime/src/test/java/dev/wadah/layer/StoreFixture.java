package dev.wadah.layer;

import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.posix.FileStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A store in a temporary directory, and layers for it. */
final class StoreFixture {
  final Store store;
  final DirectoryContentStore content;
  final LayerStore layers;

  StoreFixture(Path root) throws IOException {
    store = Store.open(root);
    content = new DirectoryContentStore(store);
    layers = new LayerStore(store, content);
  }

  /** Adds a tar as a remote layer. */
  DiffId add(byte[] tar) throws IOException {
    DiffId layer = new DiffId(Digest.of(tar));
    layers.addBlob(
        layer,
        Descriptor.of(MediaTypes.OCI_LAYER, layer.digest(), tar.length),
        blob -> new ByteArrayInputStream(tar));
    return layer;
  }

  /** Unpacks a stack of tars; the directory of the highest. */
  String unpack(byte[]... tars) throws IOException {
    return layers.lowerDirectories(stack(tars)).get(0).toString();
  }

  LayerStack stack(byte[]... tars) throws IOException {
    LayerStack stack = LayerStack.EMPTY;
    for (byte[] tar : tars) {
      stack = stack.plus(add(tar));
    }
    return stack;
  }

  static LayerEntry file(String path, String content) {
    byte[] bytes = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    FileNode node =
        new FileNode(
            FileNode.Type.FILE,
            0644,
            0,
            0,
            bytes.length,
            5_000_000_000L,
            "",
            FileNode.Identity.PLAIN);
    return new LayerEntry.File(path, node, () -> new ByteArrayInputStream(bytes));
  }

  static LayerEntry directory(String path, int mode) {
    FileNode node =
        new FileNode(
            FileNode.Type.DIRECTORY, mode, 0, 0, 0, 6_000_000_000L, "", FileNode.Identity.PLAIN);
    return new LayerEntry.File(path, node, LayerEntry.Content.NONE);
  }

  /** A further name in entries that come as a list: the store looks the file's attributes up. */
  static LayerEntry link(String path, String target) {
    return new LayerEntry.HardLink(path, target, UnpackedDirectories.MADE);
  }

  static LayerEntry symlink(String path, String target) {
    FileNode node =
        new FileNode(
            FileNode.Type.SYMLINK, 0777, 0, 0, 0, 7_000_000_000L, target, FileNode.Identity.PLAIN);
    return new LayerEntry.File(path, node, LayerEntry.Content.NONE);
  }

  static String text(FileTree tree, String path) throws IOException {
    try (var in = tree.open(path)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  static int mode(String file) throws IOException {
    return FileStatus.of(file).mode();
  }

  static List<LayerEntry> entries(LayerEntry... entries) {
    return List.of(entries);
  }
}
