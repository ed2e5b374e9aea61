package dev.wadah.build.export;

import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes the root file system of images as a tar; of several each into a folder of its own. */
final class RootTar {
  private static final long MILLION = 1_000_000L;

  private final LayerStore layers;

  RootTar(LayerStore layers) {
    this.layers = layers;
  }

  /** Writes the tar; {@code out} stays open. */
  void write(Map<Platform, Image> images, OutputOptions options, OutputStream out)
      throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    boolean split = RootDirectory.split(images, options);
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      String prefix = split ? RootDirectory.folder(entry.getKey()) + "/" : "";
      new Archive(tar, layers.tree(entry.getValue().layers()), prefix).write();
    }
    tar.finish();
  }

  /** One tree on its way into the tar. */
  private static final class Archive {
    private final TarArchiveOutputStream tar;
    private final FileTree tree;
    private final String prefix;
    private final Map<Long, String> firstNames = new HashMap<>();

    Archive(TarArchiveOutputStream tar, FileTree tree, String prefix) {
      this.tar = tar;
      this.tree = tree;
      this.prefix = prefix;
    }

    /** Writes all; a stack of our own, since directories may lie thousands deep. */
    void write() throws IOException {
      Deque<Iterator<String>> open = new ArrayDeque<>();
      open.push(children("/"));
      while (!open.isEmpty()) {
        if (!open.peek().hasNext()) {
          open.pop();
          continue;
        }
        String path = open.peek().next();
        FileNode node = tree.find(path).orElse(null);
        if (node != null && node.type() != FileNode.Type.SOCKET) {
          entry(path, node);
          if (node.isDirectory()) {
            open.push(children(path));
          }
        }
      }
    }

    private Iterator<String> children(String path) throws IOException {
      String parent = path.equals("/") ? path : path + "/";
      return tree.list(path).stream().map(name -> parent + name).iterator();
    }

    private void entry(String path, FileNode node) throws IOException {
      String name = prefix + path.substring(1);
      long inode = node.isFile() ? node.identity().inode() : 0;
      String first = inode == 0 ? null : firstNames.putIfAbsent(inode, name);
      TarArchiveEntry entry =
          first != null
              ? new TarArchiveEntry(name, TarConstants.LF_LINK)
              : new TarArchiveEntry(name + (node.isDirectory() ? "/" : ""), type(node));
      entry.setLinkName(first != null ? first : node.link());
      entry.setMode(node.mode());
      entry.setIds(node.uid(), node.gid());
      entry.setModTime(node.mtimeNanos() / MILLION);
      entry.setSize(first == null ? node.sizeBytes() : 0);
      device(entry, node.identity().device());
      node.identity()
          .xattrs()
          .forEach(
              (key, value) ->
                  entry.addPaxHeader(
                      "SCHILY.xattr." + key,
                      new String(value, java.nio.charset.StandardCharsets.UTF_8)));
      tar.putArchiveEntry(entry);
      if (first == null && node.isFile()) {
        try (InputStream in = tree.open(path)) {
          in.transferTo(tar);
        }
      }
      tar.closeArchiveEntry();
    }

    private static void device(TarArchiveEntry entry, long device) {
      entry.setDevMajor((int) ((device >> 8 & 0xfff) | (device >> 32 & ~0xfffL)));
      entry.setDevMinor((int) ((device & 0xff) | (device >> 12 & ~0xffL)));
    }

    private static byte type(FileNode node) {
      return switch (node.type()) {
        case DIRECTORY -> TarConstants.LF_DIR;
        case SYMLINK -> TarConstants.LF_SYMLINK;
        case CHARACTER_DEVICE -> TarConstants.LF_CHR;
        case BLOCK_DEVICE -> TarConstants.LF_BLK;
        case FIFO -> TarConstants.LF_FIFO;
        default -> TarConstants.LF_NORMAL;
      };
    }
  }
}
