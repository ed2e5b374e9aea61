package dev.wadah.build.export;

import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Writes the root file system of images as a tar; of several each into a folder of its own. */
final class RootTar {
  private static final long MILLION = 1_000_000L;
  private static final long BILLION = 1_000_000_000L;

  private final LayerStore layers;

  RootTar(LayerStore layers) {
    this.layers = layers;
  }

  /** Writes the tar; {@code out} stays open. */
  void write(Built built, PlatformFolders folders, OutputStream out) throws IOException {
    Map<Platform, Image> images = built.images();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      String prefix = folders.of(entry.getKey());
      Source source = new Source(layers.tree(entry.getValue().layers()), built.epoch());
      new Archive(tar, source, prefix).write();
    }
    tar.finish();
  }

  /**
   * Files and their times: with an epoch all have it, those of the base, too (BuildKit's tar and
   * local exporters).
   */
  record Source(FileTree files, Optional<Instant> epoch) {
    long mtimeNanos(FileNode node) {
      return epoch.isPresent() ? epoch.get().getEpochSecond() * BILLION : node.mtimeNanos();
    }
  }

  /** One tree on its way into the tar. */
  private static final class Archive {
    private final TarArchiveOutputStream tar;
    private final Source source;
    private final FileTree tree;
    private final String prefix;
    private final Map<Long, String> firstNames = new HashMap<>();

    Archive(TarArchiveOutputStream tar, Source source, String prefix) {
      this.tar = tar;
      this.source = source;
      this.tree = source.files();
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
      entry.setModTime(source.mtimeNanos(node) / MILLION);
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
