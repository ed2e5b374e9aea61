package dev.wadah.cli.container;

import dev.wadah.cli.CommandException;
import dev.wadah.cli.Trees;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.engine.Engine;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.PathResolver;
import dev.wadah.snapshot.Snapshotter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The mounts of one container. A fresh volume shows what the image has at its place: it is a
 * writable state of its own over the image's layers, of which only that directory is mounted, so
 * nothing is copied. Closing throws the fresh ones away.
 */
final class Attachments implements Closeable {
  private final Engine engine;
  private final LayerStack image;
  private final List<MountSpec> mounts = new ArrayList<>();
  private final List<String> pins = new ArrayList<>();
  private final Deque<Closeable> fresh = new ArrayDeque<>();

  private Attachments(Engine engine, LayerStack image) {
    this.engine = engine;
    this.image = image;
  }

  /**
   * Prepares everything.
   *
   * @param volumes VOLUME paths of the image, for those that nothing else is mounted on
   */
  static Attachments prepare(
      Engine engine, LayerStack image, List<Attachment> wanted, Iterable<String> volumes)
      throws IOException, CommandException {
    Attachments attachments = new Attachments(engine, image);
    try {
      List<Attachment> all = new ArrayList<>(wanted);
      for (String volume : volumes) {
        if (wanted.stream().noneMatch(a -> a.target().equals(volume))) {
          all.add(new Attachment.Volume("", volume, false));
        }
      }
      // A mount below another one comes after it.
      all.sort(Comparator.comparing(a -> Path.of(a.target()).getNameCount()));
      for (Attachment attachment : all) {
        attachments.add(attachment);
      }
      return attachments;
    } catch (IOException | CommandException | RuntimeException e) {
      attachments.close();
      throw e;
    }
  }

  List<MountSpec> mounts() {
    return mounts;
  }

  /** What a lease says of the volumes that are in use. */
  List<String> pins() {
    return pins;
  }

  private void add(Attachment attachment) throws IOException, CommandException {
    if (attachment instanceof Attachment.Bind bind) {
      bind(bind);
    } else if (attachment instanceof Attachment.Tmpfs tmpfs) {
      mounts.add(
          new MountSpec.Tmpfs(
              tmpfs.target(),
              tmpfs.sizeBytes(),
              tmpfs.mode(),
              tmpfs.options().contains("ro"),
              tmpfs.options().stream().filter(o -> !o.equals("ro")).toList()));
    } else if (attachment instanceof Attachment.Volume volume) {
      if (volume.name().isEmpty()) {
        freshVolume(volume);
      } else {
        Path own = engine.store().room("volumes").resolve(volume.name());
        Path directory = engine.store().leases().use(own).resolve("_data");
        Files.createDirectories(directory);
        pins.add("volume " + volume.name());
        mounts.add(new MountSpec.Bind(directory, volume.target(), volume.readOnly(), true));
      }
    }
  }

  private void bind(Attachment.Bind bind) throws IOException, CommandException {
    if (!Files.exists(bind.source())) {
      if (bind.missing() == Attachment.Missing.REFUSED) {
        throw new CommandException(
            "no-mount-source",
            "the mount source \"%s\" does not exist".formatted(bind.source()),
            "",
            "mkdir -p %s, or use -v, which makes it".formatted(bind.source()));
      }
      Files.createDirectories(bind.source());
    }
    mounts.add(new MountSpec.Bind(bind.source(), bind.target(), bind.readOnly(), true));
  }

  private void freshVolume(Attachment.Volume volume) throws IOException {
    FileTree tree = engine.layers().tree(image);
    String inImage = PathResolver.resolve(tree, volume.target());
    Optional<FileNode> node = tree.find(inImage);
    if (node.isPresent() && node.get().isDirectory()) {
      Snapshotter.State state = engine.snapshots().scratch(image, inImage);
      fresh.push(state);
      mounts.add(new MountSpec.Overlay(state.root(), inImage, volume.target(), volume.readOnly()));
      return;
    }
    Path directory = Files.createTempDirectory(engine.store().room("volumes"), ".fresh-");
    fresh.push(() -> Trees.delete(directory));
    pins.add("volume " + directory.getFileName());
    Files.setPosixFilePermissions(
        directory, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    mounts.add(new MountSpec.Bind(directory, volume.target(), volume.readOnly(), true));
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    while (!fresh.isEmpty()) {
      try {
        fresh.pop().close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
