package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.TransferTicker;
import dev.wadah.build.cache.CacheRecord;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.context.BuildContext;
import dev.wadah.build.context.RemoteSources;
import dev.wadah.build.context.UnavailableTreeException;
import dev.wadah.build.explain.StepNote;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.ReadCount;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.content.Store;
import dev.wadah.layer.FetchListener;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the vertices of one build: cache first, and at most once among all processes. */
public final class StepRunner implements GraphExecutor.VertexRunner {
  private final LayerStore layers;
  private final StepCache cache;
  private final Sources sources;
  private static final int STANDARD_ERROR = 2;

  private final StepWork work;
  private final Misses misses;
  private final BuildProgress progress;
  private final Faults faults;
  private final Afterwards afterwards;
  private final OtherRoots others;
  private final ContextModes modes = new ContextModes();

  /** Where files come from that no step makes. */
  public interface Sources {
    /** The context of this name; empty for the main one. Stays open until the build ends. */
    BuildContext context(String name) throws BuildException, IOException;

    /** Fetches for ADD. */
    RemoteSources.Fetched http(Op.Http op) throws BuildException, IOException;

    /** Fetches for ADD. */
    RemoteSources.Fetched git(Op.Git op) throws BuildException, IOException;
  }

  StepRunner(
      LayerStore layers,
      StepCache cache,
      Sources sources,
      StepWork work,
      Misses misses,
      BuildProgress progress,
      Faults faults,
      Afterwards afterwards) {
    this.layers = layers;
    this.cache = cache;
    this.sources = sources;
    this.work = work;
    this.misses = misses;
    this.progress = progress;
    this.faults = faults;
    this.afterwards = afterwards;
    this.others = new OtherRoots(cache);
  }

  /** What progress calls a vertex. */
  public static VertexName name(Vertex vertex) {
    return new VertexName(
        vertex.digest(),
        vertex.caption().name(),
        vertex.inputs().stream().map(Vertex::digest).toList());
  }

  @Override
  public VertexResult run(Vertex vertex, List<VertexResult> inputs)
      throws BuildException, IOException {
    VertexName name = name(vertex);
    long start = System.nanoTime();
    progress.started(name);
    TransferTicker fetches = new TransferTicker(progress, name);
    NameFetches names = new NameFetches();
    layers.tellFetches(new LayerNews(progress, name, fetches, names));
    try {
      Finished finished = finish(vertex, inputs);
      names
          .advice(vertex, inputs, work.files().isUnpacked(vertex))
          .ifPresent(advice -> progress.output(name, STANDARD_ERROR, advice));
      progress.finished(name, finished.outcome(), since(start), Optional.empty());
      return finished.result();
    } catch (FileActionException e) {
      BuildException fault = faults.of(vertex, e, contexts(inputs));
      progress.finished(name, Outcome.FAILED, since(start), Optional.of(fault.getMessage()));
      throw fault;
    } catch (BuildException | UnavailableTreeException e) {
      BuildException said =
          e instanceof UnavailableTreeException tree ? tree.fault() : (BuildException) e;
      BuildException fault = faults.located(vertex, said);
      progress.finished(name, Outcome.FAILED, since(start), Optional.of(fault.getMessage()));
      throw fault;
    } catch (InterruptedIOException | java.nio.channels.ClosedByInterruptException e) {
      progress.finished(name, Outcome.CANCELLED, since(start), Optional.empty());
      throw e;
    } catch (IOException e) {
      progress.finished(name, Outcome.FAILED, since(start), Optional.ofNullable(e.getMessage()));
      throw e;
    } finally {
      layers.tellFetches(null);
    }
  }

  /** Tells a progress what is done for the layers of a step. */
  private record LayerNews(
      BuildProgress progress, VertexName step, TransferTicker fetches, NameFetches names)
      implements FetchListener {
    @Override
    public void fetched(Descriptor blob, long bytes) {
      fetches.moved(blob.digest().toString(), bytes, blob.sizeBytes());
      names.fetched(blob, bytes);
    }

    @Override
    public void unpacking(DiffId layer, long bytes) {
      progress.transferred(step, "unpacking layer " + layer, bytes, 0);
    }

    @Override
    public void committing(long bytes) {
      progress.transferred(step, "committing", bytes, 0);
    }
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private static List<BuildContext> contexts(List<VertexResult> inputs) {
    List<BuildContext> contexts = new ArrayList<>();
    for (VertexResult input : inputs) {
      if (input instanceof VertexResult.Context context) {
        contexts.add(context.files());
      }
    }
    return contexts;
  }

  /** A result and how it was come by. */
  private record Finished(VertexResult result, Outcome outcome) {}

  private Finished finish(Vertex vertex, List<VertexResult> inputs)
      throws BuildException, IOException, FileActionException {
    Op op = vertex.op();
    if (op instanceof Op.File || op instanceof Op.Exec) {
      return step(vertex, inputs);
    }
    return new Finished(source(op), Outcome.DONE);
  }

  private VertexResult source(Op op) throws BuildException, IOException {
    if (op instanceof Op.Image image) {
      return StepKeys.image(image.layers(), layers.listings().digest(image.layers()));
    }
    if (op instanceof Op.Context context) {
      return new VertexResult.Context(context.name(), sources.context(context.name()));
    }
    if (op instanceof Op.Http || op instanceof Op.Git) {
      long start = System.nanoTime();
      try {
        RemoteSources.Fetched fetched =
            op instanceof Op.Http http ? sources.http(http) : sources.git((Op.Git) op);
        return new VertexResult.Fetched(fetched.key(), fetched.tree());
      } finally {
        Profile.spent(Phase.PULL, start);
      }
    }
    return StepKeys.image(LayerStack.EMPTY, Optional.empty());
  }

  private ReadCount.Listener listener(Vertex vertex) {
    return new ReadCount.Listener() {
      @Override
      public void reading(long files, long bytes) {
        progress.reading(name(vertex), files, bytes);
      }

      @Override
      public void read(long files, long bytes) {
        progress.read(name(vertex), files, bytes);
      }
    };
  }

  private Finished step(Vertex vertex, List<VertexResult> inputs)
      throws BuildException, IOException, FileActionException {
    StepKeys keys =
        new StepKeys(layers, modes, vertex.op(), inputs, new ReadCount(listener(vertex)));
    long start = System.nanoTime();
    StepKey fast = keys.fast();
    Profile.spent(Phase.CONTEXT, start);
    if (vertex.reuse() == Vertex.Reuse.NEVER) {
      return work(vertex, inputs, keys, fast);
    }
    start = System.nanoTime();
    Optional<CacheRecord> known = cache.find(fast.own(), fast::shared);
    Optional<OtherRoots.Found> elsewhere =
        known.isPresent() ? Optional.empty() : others.find(fast, inputs);
    Profile.spent(Phase.LOOKUP, start);
    if (elsewhere.isPresent()) {
      OtherRoots.Found found = elsewhere.get();
      Finished finished = cached(found.record(), found.inputs());
      others.note(finished.result(), found.key(), found.inputs());
      return finished;
    }
    Finished finished =
        known.isPresent() ? cached(known.get(), inputs) : work(vertex, inputs, keys, fast);
    others.note(finished.result(), fast, inputs);
    return finished;
  }

  /** Does a step that the fast key does not find, unless its content key does. */
  private Finished work(Vertex vertex, List<VertexResult> inputs, StepKeys keys, StepKey fast)
      throws BuildException, IOException, FileActionException {
    boolean reuse = vertex.reuse() == Vertex.Reuse.CACHED;
    Optional<CacheRecord> known;
    long start = System.nanoTime();
    StepKey content;
    try {
      content = keys.hasContentKey() ? keys.content() : fast;
    } finally {
      Profile.spent(Phase.CONTEXT, start);
    }
    StepNote note = new StepNote(vertex, content.own(), keys.files());
    start = System.nanoTime();
    Store.Lock lock;
    try {
      lock = cache.lock(content.own());
    } finally {
      Profile.spent(Phase.WAIT, start);
    }
    Closeable last = lock;
    try {
      known = reuse ? cache.find(content.own(), content::shared) : Optional.empty();
      if (known.isPresent()) {
        CacheRecord record = known.get();
        if (content != fast) {
          put(fast, record.content(), record.layer(), record.created());
        }
        last = () -> keep(lock, note);
        return cached(record, inputs);
      }
      misses.tell(note, cache, progress);
      Digest identity = content.shared().digest();
      DiffId layer = work.make(vertex, inputs, progress);
      Instant created = Instant.ofEpochMilli(System.currentTimeMillis());
      last =
          () -> {
            put(lock, List.of(content, fast), layer, created);
            misses.explainer().keep(note);
          };
      return new Finished(StepKeys.result(identity, root(inputs), layer, created), Outcome.DONE);
    } finally {
      afterwards.close(last);
    }
  }

  @SuppressWarnings("try") // The lock is only given back.
  private void keep(Store.Lock lock, StepNote note) throws IOException {
    try (lock) {
      misses.explainer().keep(note);
    }
  }

  /** Writes the records of a step that was done, and lets those go on who wait for it. */
  @SuppressWarnings("try") // The lock is only held.
  private void put(Store.Lock lock, List<StepKey> keys, DiffId layer, Instant created)
      throws IOException {
    StepKey content = keys.get(0);
    StepKey fast = keys.get(1);
    Digest identity = content.shared().digest();
    try (lock) {
      put(content, identity, layer, created);
      if (content != fast) {
        put(fast, identity, layer, created);
      }
    }
  }

  private void put(StepKey key, Digest content, DiffId layer, Instant created) throws IOException {
    cache.put(key.own(), key::shared, new CacheRecord(content, layer, created, List.of()));
  }

  private static Finished cached(CacheRecord record, List<VertexResult> inputs) {
    VertexResult result =
        StepKeys.result(record.content(), root(inputs), record.layer(), record.created());
    return new Finished(result, Outcome.CACHED);
  }

  private static VertexResult.Root root(List<VertexResult> inputs) {
    return (VertexResult.Root) inputs.get(0);
  }
}
