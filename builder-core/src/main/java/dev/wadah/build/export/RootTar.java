package dev.wadah.build.export;

import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.FirstNames;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TarWriter;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Writes the root file system of images as a tar; of several each into a folder of its own. */
final class RootTar {
  private static final long BILLION = 1_000_000_000L;

  private final LayerStore layers;
  private final LongConsumer progress;

  /**
   * A writer.
   *
   * @param progress hears now and then how many bytes of files are written
   */
  RootTar(LayerStore layers, LongConsumer progress) {
    this.layers = layers;
    this.progress = progress;
  }

  /** Writes the tar; {@code out} stays open. */
  void write(Built built, PlatformFolders folders, OutputStream out) throws IOException {
    Map<Platform, Image> images = built.images();
    TarWriter tar = new TarWriter(out);
    CopyPace pace = new CopyPace(progress);
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      String prefix = folders.of(entry.getKey());
      Source source = new Source(layers.tree(entry.getValue().layers()), built.epoch());
      new Archive(tar, source, prefix, pace).write();
    }
    tar.end();
  }

  /**
   * Files and their times: with an epoch all have it, those of the base, too (BuildKit's tar and
   * local exporters).
   */
  record Source(FileTree files, Optional<Instant> epoch) {
    long mtimeNanos(FileNode node) {
      return epoch.isPresent() ? epoch.get().getEpochSecond() * BILLION : node.mtimeNanos();
    }

    FileNode withTime(FileNode n) {
      return epoch.isEmpty() ? n : n.withMtimeNanos(mtimeNanos(n));
    }
  }

  /** One tree on its way into the tar. */
  private static final class Archive {
    private final TarWriter tar;
    private final Source source;
    private final FileTree tree;
    private final String prefix;
    private final CopyPace pace;
    private final FirstNames firstNames = new FirstNames();

    Archive(TarWriter tar, Source source, String prefix, CopyPace pace) {
      this.pace = pace;
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
      String name = "/" + prefix + path.substring(1);
      long inode = node.isFile() ? node.identity().inode() : 0;
      String first = inode == 0 ? null : firstNames.putIfAbsent(inode, name);
      FileNode timed = source.withTime(node);
      LayerEntry entry =
          first != null
              ? new LayerEntry.HardLink(name, first, timed)
              : new LayerEntry.File(name, timed, new TreeContent(tree, path, pace));
      tar.put(entry);
    }
  }

  /** A file of a tree. */
  private record TreeContent(FileTree tree, String path, CopyPace pace)
      implements LayerEntry.Content {
    @Override
    public InputStream open() throws IOException {
      return pace.watch(tree.open(path));
    }
  }
}
