package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.FileAction;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.FileActions;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.engine.Engine;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntries;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.PathResolver;
import dev.wadah.oci.DiffId;
import dev.wadah.snapshot.Snapshotter;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bind mounts of stages, images and contexts, all as overlays of layers. Files of a context are
 * made into a layer first, so that a step sees what a COPY would bring: no ignored files, root as
 * the owner; and what it writes cannot reach the user's directory.
 */
final class BindMounts {
  private static final String COPIED = "/bind";

  /** Files that are unpacked while they are read; the list of more is not held in memory. */
  private static final int MANY = 20_000;

  private final Engine engine;
  private final Faults faults;
  private final Map<String, Layered> contexts = new ConcurrentHashMap<>();

  BindMounts(Engine engine, Faults faults) {
    this.engine = engine;
    this.faults = faults;
  }

  /**
   * Files as layers.
   *
   * @param path where in them the files are
   */
  record Layered(LayerStack stack, String path) {}

  void prepare(Vertex vertex, Op.Mount.Bind bind, VertexResult input, StepMounts.Prepared prepared)
      throws BuildException, IOException {
    Layered files = layered(vertex, input, bind.source());
    RootMount root;
    if (bind.writable()) {
      Snapshotter.State scratch = engine.snapshots().scratch(files.stack(), files.path());
      prepared.keep(scratch);
      root = scratch.root();
    } else {
      root = engine.snapshots().view(files.stack(), files.path());
    }
    prepared.add(new MountSpec.Overlay(root, files.path(), bind.target(), !bind.writable()));
  }

  /** The files at {@code source} of a result, as layers. */
  Layered layered(Vertex vertex, VertexResult input, String source)
      throws BuildException, IOException {
    FileTree tree = StepKeys.tree(engine.layers(), input);
    String path = PathResolver.resolve(tree, source);
    FileNode node = tree.find(path).orElse(null);
    if (node == null) {
      throw faults.failure(
          vertex,
          "missing-source",
          "failed to compute cache key: \"%s\": not found".formatted(source),
          "the source of a mount must exist in %s".formatted(describe(input)),
          "check the spelling; a path is relative to the root of what from= names");
    }
    if (input instanceof VertexResult.Root root) {
      return new Layered(root.layers(), path);
    }
    String key = input instanceof VertexResult.Context c ? c.name() + ":" + path : null;
    Layered known = key == null ? null : contexts.get(key);
    if (known == null) {
      known = copy(vertex, tree, path, node);
      if (key != null) {
        contexts.put(key, known);
      }
    }
    return known;
  }

  private static String describe(VertexResult input) {
    if (input instanceof VertexResult.Context context) {
      return context.name().isEmpty()
          ? "the build context"
          : "the context \"%s\"".formatted(context.name());
    }
    return "the stage or image that from= names";
  }

  private Layered copy(Vertex vertex, FileTree tree, String path, FileNode node)
      throws BuildException, IOException {
    String destination = node.isDirectory() ? COPIED + "/" : COPIED;
    FileAction action =
        new FileAction.Copy(0, List.of(literal(path)), destination, FileAction.Options.NONE);
    try {
      FileTree empty = engine.layers().tree(LayerStack.EMPTY);
      LayerEntries entries = FileActions.apply(empty, List.of(tree), List.of(action));
      return new Layered(LayerStack.EMPTY.plus(write(entries)), COPIED);
    } catch (FileActionException e) {
      throw faults.of(vertex, e, List.of());
    }
  }

  /** Makes the layer, as a tree at once, or, when it is large, as a tar that is unpacked later. */
  private DiffId write(LayerEntries entries) throws IOException {
    List<LayerEntry> few = new ArrayList<>();
    int[] count = {0};
    entries.each(
        entry -> {
          if (count[0]++ < MANY) {
            few.add(entry);
          }
        });
    if (count[0] <= MANY) {
      return engine.layers().write(few, LayerStore.Form.TREE);
    }
    few.clear();
    return engine.layers().write(entries, bytes -> {});
  }

  /** A mount's source is no pattern, a copy's is. */
  static String literal(String path) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '*' || c == '?' || c == '[' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
    return text.toString();
  }
}
