package dev.wadah.build.exec;

import static dev.wadah.build.graph.Ingredient.counts;

import dev.wadah.build.files.FileAction;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.FileActions;
import dev.wadah.build.files.FilesKey;
import dev.wadah.build.files.ReadCount;
import dev.wadah.build.graph.Definition;
import dev.wadah.build.graph.Ingredient;
import dev.wadah.build.graph.Op;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.ChainId;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one step.
 *
 * <p>The fast key takes a stage by its identity and looks into no file of it. The content key takes
 * the files themselves; it is made only when the fast key finds nothing. Files of a build context
 * have no identity, so they stand by their content in both.
 */
final class StepKeys {
  private final LayerStore layers;
  private final ContextModes modes;
  private final Op op;
  private final List<VertexResult> inputs;
  private final List<Reading> readings;

  /** Files of contexts that were looked at, by reading. */
  private final IdentityHashMap<Reading, FilesKey> read = new IdentityHashMap<>();

  private final ReadCount count;

  /** What a step reads of an input. */
  private record Reading(int input, FileAction.Copy selection, boolean wholeRoot) {}

  /**
   * The keys of {@code op}.
   *
   * @param modes of the build's contexts
   * @param inputs results of its inputs, the root first
   * @param count hears of the files that are read
   */
  StepKeys(
      LayerStore layers, ContextModes modes, Op op, List<VertexResult> inputs, ReadCount count) {
    this.layers = layers;
    this.count = count;
    this.modes = modes;
    this.op = op;
    this.inputs = inputs;
    this.readings = readings();
  }

  /** The key that needs no file of a stage. */
  StepKey fast() throws IOException, FileActionException {
    return key(Depth.IDENTITY);
  }

  /** Whether the content key can differ from the fast one. */
  boolean hasContentKey() {
    return readings.stream().anyMatch(this::isSlow);
  }

  /** The key by content alone. */
  StepKey content() throws IOException, FileActionException {
    return key(Depth.CONTENT);
  }

  /** What was read for the last key that was asked for, one for each ingredient {@code files}. */
  List<FilesKey> files() {
    List<FilesKey> files = new ArrayList<>(read.size());
    for (Reading reading : readings) {
      FilesKey known = read.get(reading);
      if (known != null) {
        files.add(known);
      }
    }
    return files;
  }

  /** How a stage stands in a key. */
  private enum Depth {
    IDENTITY,
    CONTENT
  }

  private StepKey key(Depth depth) throws IOException, FileActionException {
    List<Ingredient> ingredients = definition();
    List<StepKey.ContextFiles> files = new ArrayList<>();
    for (Reading reading : readings) {
      boolean byContent = depth == Depth.CONTENT && isSlow(reading);
      Optional<Digest> identity = byContent ? Optional.empty() : identity(reading);
      if (identity.isPresent()) {
        ingredients.add(counts("input", identity.get().toString()));
        continue;
      }
      FilesKey content = content(reading);
      if (input(reading.input()) instanceof VertexResult.Context context) {
        files.add(new StepKey.ContextFiles(ingredients.size(), context, content));
      }
      ingredients.add(counts("files", content.exact().toString()));
    }
    return new StepKey(ingredients, files, modes);
  }

  /** A whole foreign root is known by its identity only: reading all of it could take minutes. */
  private boolean isSlow(Reading reading) {
    return input(reading.input()) instanceof VertexResult.Root && !reading.wholeRoot();
  }

  private List<Ingredient> definition() {
    List<Ingredient> ingredients = new ArrayList<>(Definition.ingredients(op));
    boolean linked = op instanceof Op.File file && file.placement() == Op.Placement.LINKED;
    if (!linked) {
      ingredients.add(counts("root", ((VertexResult.Root) inputs.get(0)).key().toString()));
    }
    return ingredients;
  }

  private VertexResult input(int index) {
    return inputs.get(index + 1);
  }

  private Optional<Digest> identity(Reading reading) {
    VertexResult result = input(reading.input());
    if (result instanceof VertexResult.Root root) {
      return Optional.of(root.key());
    }
    return result instanceof VertexResult.Fetched fetched
        ? Optional.of(fetched.key())
        : Optional.empty();
  }

  private FilesKey content(Reading reading) throws IOException, FileActionException {
    FilesKey known = read.get(reading);
    if (known == null) {
      known =
          FileActions.filesKey(tree(layers, input(reading.input())), reading.selection(), count);
      count.end();
      read.put(reading, known);
    }
    return known;
  }

  /** The files of a result. */
  static FileTree tree(LayerStore layers, VertexResult result) throws IOException {
    if (result instanceof VertexResult.Root root) {
      return layers.tree(root.layers());
    }
    return result instanceof VertexResult.Fetched fetched
        ? fetched.tree()
        : ((VertexResult.Context) result).files().tree();
  }

  private List<Reading> readings() {
    List<Reading> found = new ArrayList<>();
    if (op instanceof Op.File file) {
      for (FileAction action : file.actions()) {
        if (action instanceof FileAction.Copy copy) {
          found.add(new Reading(copy.input(), copy, false));
        }
      }
    } else if (op instanceof Op.Exec exec) {
      for (Op.Mount mount : exec.mounts()) {
        if (mount instanceof Op.Mount.Bind bind) {
          found.add(reading(bind.input(), bind.source()));
        } else if (mount instanceof Op.Mount.Cache cache && cache.seed().isPresent()) {
          found.add(reading(cache.seed().getAsInt(), cache.source()));
        }
      }
    }
    return found;
  }

  private Reading reading(int input, String source) {
    boolean isRoot = input(input) instanceof VertexResult.Root;
    FileAction.Options options =
        new FileAction.Options(
            Optional.empty(),
            Optional.empty(),
            isRoot,
            false,
            List.of(),
            FileAction.Unpack.NEVER,
            Optional.empty());
    return new Reading(
        input,
        new FileAction.Copy(input, List.of(BindMounts.literal(source)), "/", options),
        isRoot && source.equals("/"));
  }

  /** What came out of a step, known by what it depended on and its layers. */
  static VertexResult.Root result(
      Digest contentKey, VertexResult.Root below, DiffId layer, Instant created) {
    List<Instant> times = new ArrayList<>(below.created());
    times.add(created);
    return root(contentKey, below.layers().plus(layer), below.listing(), times);
  }

  private static VertexResult.Root root(
      Digest contentKey, LayerStack stack, Optional<Digest> listing, List<Instant> created) {
    Optional<ChainId> chain = stack.chainId();
    String text = contentKey + " " + (chain.isPresent() ? chain.get().toString() : "scratch");
    if (listing.isPresent()) {
      text += " " + listing.get();
    }
    return new VertexResult.Root(
        Digest.of(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
        stack,
        listing,
        created);
  }

  /** The root of an image, known by its layers alone, and the lists that its manifest names. */
  static VertexResult.Root image(LayerStack stack, Optional<Digest> listing) {
    return root(Digest.of(new byte[0]), stack, listing, List.of());
  }
}
