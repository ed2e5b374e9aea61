package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.FirstNames;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Platform;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Writes the root file system of images into a directory, which then belongs to whoever runs the
 * build. What is there stays unless {@code mode=delete}; a file is replaced by rename, and no link
 * in the directory is ever followed. Devices are left out.
 */
final class RootDirectory {
  private static final long PART_BYTES = 16 << 20;

  private final LayerStore layers;
  private final LongConsumer progress;

  /**
   * A writer.
   *
   * @param progress hears now and then how many bytes of files are written
   */
  RootDirectory(LayerStore layers, LongConsumer progress) {
    this.layers = layers;
    this.progress = progress;
  }

  /** Writes the files. */
  void write(Built built, OutputOptions options, Path destination)
      throws BuildException, IOException {
    Map<Platform, Image> images = built.images();
    if (Files.exists(destination) && !Files.isDirectory(destination)) {
      throw OutputFaults.fault(
          "dest \"%s\" is no directory".formatted(destination),
          "type=local writes the files of the result into a directory",
          "give another dest, or use type=tar for one file");
    }
    boolean delete = "delete".equals(options.attributes().get("mode"));
    PlatformFolders folders = PlatformFolders.of(images, options, layers);
    CopyPace pace = new CopyPace(progress);
    for (Map.Entry<Platform, Image> entry : images.entrySet()) {
      Path directory = destination.resolve(folders.of(entry.getKey()));
      Files.createDirectories(directory);
      RootTar.Source source =
          new RootTar.Source(layers.tree(entry.getValue().layers()), built.epoch());
      new Writing(source, directory.toString(), delete, pace).write();
    }
  }

  /** One tree on its way to the disk. */
  private static final class Writing {
    private final RootTar.Source source;
    private final FileTree tree;
    private final String root;
    private final boolean delete;
    private final FirstNames firstNames = new FirstNames();
    private final CopyPace pace;
    private int temporaries;

    Writing(RootTar.Source source, String root, boolean delete, CopyPace pace) {
      this.pace = pace;
      this.source = source;
      this.tree = source.files();
      this.root = root;
      this.delete = delete;
    }

    /** Writes all; a stack of our own, since directories may lie thousands deep. */
    void write() throws IOException {
      Deque<Open> open = new ArrayDeque<>();
      open.push(enter("/", null));
      while (!open.isEmpty()) {
        Open at = open.peek();
        if (at.names.hasNext()) {
          String name = at.names.next();
          String child = at.path.equals("/") ? "/" + name : at.path + "/" + name;
          FileNode node = tree.find(child).orElse(null);
          if (node != null) {
            entry(child, node);
            if (node.isDirectory()) {
              open.push(enter(child, node));
            }
          }
        } else {
          open.pop();
          if (at.node != null) {
            Posix.chmod(Posix.CWD, root + at.path, at.node.mode());
            Posix.setModified(Posix.CWD, root + at.path, source.mtimeNanos(at.node));
          }
        }
      }
    }

    /** A directory that is being written; {@code node} is null for the destination itself. */
    private record Open(String path, FileNode node, Iterator<String> names) {}

    private Open enter(String path, FileNode node) throws IOException {
      List<String> names = tree.list(path);
      String host = root + (path.equals("/") ? "" : path);
      if (delete) {
        Set<String> wanted = new HashSet<>(names);
        for (String there : Posix.names(Posix.CWD, host)) {
          if (!wanted.contains(there)) {
            Posix.removeTree(Posix.CWD, host + "/" + there);
          }
        }
      }
      return new Open(path, node, names.iterator());
    }

    private void entry(String path, FileNode node) throws IOException {
      String host = root + path;
      pace.add(0);
      FileStatus there = FileStatus.of(host);
      if (there != null && there.isDirectory() != node.isDirectory()) {
        Posix.removeTree(Posix.CWD, host);
        there = null;
      }
      switch (node.type()) {
        case DIRECTORY -> {
          if (there == null) {
            Posix.mkdir(Posix.CWD, host, 0700);
          }
        }
        case SYMLINK -> {
          String temporary = temporary(host);
          Posix.symlink(node.link(), Posix.CWD, temporary);
          replace(temporary, host);
        }
        case FILE -> file(path, host, node);
        case FIFO -> {
          String temporary = temporary(host);
          Posix.mknod(Posix.CWD, temporary, FileStatus.S_IFIFO | node.mode(), 0);
          replace(temporary, host);
        }
        default -> {
          // a device needs privileges and has no place in a user's directory
        }
      }
    }

    private void file(String path, String host, FileNode node) throws IOException {
      String temporary = temporary(host);
      long inode = node.identity().inode();
      String first = inode == 0 ? null : firstNames.putIfAbsent(inode, path);
      if (first != null) {
        Posix.link(Posix.CWD, root + first, Posix.CWD, temporary);
        replace(temporary, host);
        return;
      }
      boolean written = false;
      try {
        write(path, temporary);
        Posix.chmod(Posix.CWD, temporary, node.mode());
        Posix.setModified(Posix.CWD, temporary, source.mtimeNanos(node));
        replace(temporary, host);
        written = true;
      } finally {
        if (!written) {
          Posix.removeTree(Posix.CWD, temporary);
        }
      }
    }

    private void write(String path, String temporary) throws IOException {
      int flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL | Posix.O_NOFOLLOW;
      Optional<Path> source = tree.hostPath(path);
      try (FileOutputStream out =
          new FileOutputStream(Posix.open(Posix.CWD, temporary, flags, 0600))) {
        if (source.isPresent()) {
          // Not by java.io, which takes no path that is longer than the kernel's.
          String file = source.get().toString();
          int reading = Posix.O_RDONLY | Posix.O_NOFOLLOW;
          try (FileInputStream in = new FileInputStream(Posix.open(Posix.CWD, file, reading, 0))) {
            copy(in, out);
          }
        } else {
          try (InputStream in = pace.watch(tree.open(path))) {
            in.transferTo(out);
          }
        }
      }
    }

    /** In parts, since a single call of a large file could not be interrupted. */
    private void copy(FileInputStream in, FileOutputStream out) throws IOException {
      FileChannel from = in.getChannel();
      long size = from.size();
      if (size <= PART_BYTES) {
        Posix.copy(in.getFD(), out.getFD());
        pace.add(size);
        return;
      }
      for (long at = 0; at < size; ) {
        long copied = from.transferTo(at, Math.min(PART_BYTES, size - at), out.getChannel());
        if (copied <= 0) {
          throw new IOException("a file of a layer became shorter while it was copied");
        }
        at += copied;
        pace.add(copied);
      }
    }

    private static void replace(String temporary, String host) throws IOException {
      Posix.rename(Posix.CWD, temporary, Posix.CWD, host, 0);
    }

    private String temporary(String host) {
      int slash = host.lastIndexOf('/');
      return host.substring(0, slash + 1)
          + ".wadah-"
          + ProcessHandle.current().pid()
          + "-"
          + temporaries++;
    }
  }
}
