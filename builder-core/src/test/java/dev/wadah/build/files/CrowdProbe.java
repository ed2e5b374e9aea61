package dev.wadah.build.files;

import dev.wadah.engine.Engine;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Adds an archive of very many files that have two names each, and copies from the same archive as
 * a context; started with a small heap. Arguments: an empty directory, and the number of files.
 */
final class CrowdProbe {
  private static final int IN_DIRECTORY = 1000;

  private static final FileAction.Options UNPACK =
      new FileAction.Options(
          Optional.empty(),
          Optional.empty(),
          false,
          false,
          List.of(),
          FileAction.Unpack.IF_ARCHIVE,
          Optional.empty());

  private final Engine engine;
  private final int files;

  private CrowdProbe(Engine engine, int files) {
    this.engine = engine;
    this.files = files;
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Path archive = directory.resolve("crowd.tar");
    CrowdProbe probe =
        new CrowdProbe(Engine.open(directory.resolve("store")), Integer.parseInt(args[1]));
    probe.write(archive);
    MemoryTree one = new MemoryTree();
    one.file("/crowd.tar", 0644, 0, 0, new byte[0]);
    System.out.println(probe.layer(new Redirected(one, archive), "/crowd.tar"));
    System.out.println(probe.layer(EntryTree.ofArchive(archive, "a").orElseThrow(), "/"));
  }

  /** First all files, then all their further names. */
  private void write(Path archive) throws IOException {
    FileNode node = new FileNode(FileNode.Type.FILE, 0644, 0, 0, 1, 0, "", FileNode.Identity.PLAIN);
    LayerEntry.Content content =
        () -> new ByteArrayInputStream("x".getBytes(StandardCharsets.US_ASCII));
    try (OutputStream out = Files.newOutputStream(archive)) {
      TarWriter tar = new TarWriter(new java.io.BufferedOutputStream(out));
      for (int i = 0; i < files; i++) {
        tar.put(new LayerEntry.File(path("a", i), node, content));
      }
      for (int i = 0; i < files; i++) {
        tar.put(new LayerEntry.HardLink(path("b", i), path("a", i), node));
      }
      tar.end();
    }
  }

  private static String path(String top, int file) {
    return "/%s%d/f%d".formatted(top, file / IN_DIRECTORY, file);
  }

  /**
   * What an ADD of {@code source} makes: whether the last file has two names in it, and one inode.
   */
  private String layer(FileTree tree, String source) throws IOException, FileActionException {
    FileTree root = engine.layers().tree(LayerStack.EMPTY);
    FileAction.Copy copy = new FileAction.Copy(0, List.of(source), "/to/", UNPACK);
    FileActions.filesKey(tree, copy);
    LayerStack stack =
        LayerStack.EMPTY.plus(
            engine
                .layers()
                .write(FileActions.apply(root, List.of(tree), List.of(copy)), bytes -> {}));
    FileTree made = engine.layers().tree(stack);
    FileNode one = made.find("/to" + path("a", files - 1)).orElseThrow();
    FileNode other = made.find("/to" + path("b", files - 1)).orElseThrow();
    boolean same = one.identity().inode() != 0 && one.equals(other);
    return "%d bytes, %s".formatted(engine.layers().tarSizeBytes(stack.layers().get(0)), same);
  }

  /** A tree whose only file has the content of one on the disk. */
  private record Redirected(FileTree tree, Path file) implements FileTree {
    @Override
    public Optional<FileNode> find(String path) throws IOException {
      return tree.find(path);
    }

    @Override
    public List<String> list(String path) throws IOException {
      return tree.list(path);
    }

    @Override
    public java.io.InputStream open(String path) throws IOException {
      return Files.newInputStream(file);
    }
  }
}
