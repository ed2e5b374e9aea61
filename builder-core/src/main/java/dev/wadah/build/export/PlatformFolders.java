package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Where the files of several platforms go (BuildKit's local and tar exporters). */
final class PlatformFolders {
  private final Map<Platform, Image> images;
  private final boolean split;

  private PlatformFolders(Map<Platform, Image> images, boolean split) {
    this.images = images;
    this.split = split;
  }

  /**
   * A folder for each of several platforms, unless the output says otherwise.
   *
   * @throws BuildException if platforms shall share a folder and have files of one name
   */
  static PlatformFolders of(Map<Platform, Image> images, OutputOptions options, LayerStore layers)
      throws BuildException, IOException {
    PlatformFolders folders = new PlatformFolders(images, options.splits(images.size()));
    if (!folders.split && images.size() > 1) {
      folders.requireApart(layers);
    }
    return folders;
  }

  /** The folder of a platform with a slash at its end; empty where there is none. */
  String of(Platform platform) {
    return split ? platform.toString().replace('/', '_') + "/" : "";
  }

  private void requireApart(LayerStore layers) throws BuildException, IOException {
    Map<String, Platform> taken = new HashMap<>();
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      FileTree tree = layers.tree(entry.getValue().layers());
      Deque<String> open = new ArrayDeque<>();
      open.push("/");
      while (!open.isEmpty()) {
        String directory = open.pop();
        FileTree.Children children = tree.children(directory);
        for (int i = 0; i < children.size(); i++) {
          FileNode node = children.node(i);
          String path = (directory.length() == 1 ? "" : directory) + "/" + children.name(i);
          if (node != null && node.isDirectory()) {
            open.push(path);
          } else if (node != null) {
            require(taken.putIfAbsent(path, entry.getKey()), entry.getKey(), path);
          }
        }
      }
    }
  }

  private static void require(Platform other, Platform platform, String path)
      throws BuildException {
    if (other != null) {
      throw OutputFaults.fault(
          "\"%s\" of %s would replace that of %s".formatted(path, platform, other),
          "platform-split=false puts the files of all platforms into one folder",
          "leave platform-split=false out");
    }
  }
}
