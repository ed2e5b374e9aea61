package dev.wadah.build.share;

import dev.wadah.build.cache.SharedRecords;
import dev.wadah.build.share.CacheContents.Alias;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The results of all {@code --cache-from}. Nobody is asked before the first question, which is the
 * first step that this machine has no result of; then all are, at the same time. No layer is
 * fetched: the layer store is told where it lies. Safe for threads.
 */
final class CacheImport implements SharedRecords {
  private final LayerStore layers;
  private final Engine engine;
  private final List<CacheReader> readers;
  private final TakenLayers taken;
  private final SharedIndexes indexes;
  private long startNanos;

  CacheImport(Engine engine, List<CacheReader> readers) {
    this.engine = engine;
    this.layers = engine.layers();
    this.readers = List.copyOf(readers);
    this.taken = new TakenLayers(engine);
    this.indexes = new SharedIndexes(engine.content(), taken, longest());
  }

  private synchronized Duration patience() {
    if (startNanos == 0) {
      startNanos = System.nanoTime();
      readers.forEach(CacheReader::start);
    }
    Duration left = longest().minusNanos(System.nanoTime() - startNanos);
    return left.isNegative() ? Duration.ZERO : left;
  }

  /** How long the first question waits for records; a later one takes what has come since. */
  private Duration longest() {
    return engine.registry().impatient().silence();
  }

  /** Whether a host has kept a question waiting for so long that another is not worth it. */
  synchronized boolean isSilent(String host) {
    boolean late = startNanos != 0 && System.nanoTime() - startNanos > longest().toNanos();
    for (CacheReader reader : readers) {
      boolean asked =
          reader.place() instanceof Place.InRegistry place
              && place.reference().domain().equals(host);
      if (asked && reader.isSilent(late)) {
        return true;
      }
    }
    return taken.isSilent(host);
  }

  @Override
  public boolean exist() {
    return !readers.isEmpty();
  }

  @Override
  public List<Result> find(Digest key) throws IOException {
    List<Result> found = new ArrayList<>();
    for (CacheReader reader : readers) {
      CacheContents contents = reader.contents(patience());
      Alias alias = contents.aliases().get(key);
      Digest content = alias == null ? key : alias.content();
      for (CacheContents.Result result : contents.results().getOrDefault(content, List.of())) {
        found.add(new Result(key, content, result.layer(), result.created()));
      }
    }
    return found;
  }

  @Override
  public boolean take(Result result) throws IOException {
    if (layers.has(result.layer())) {
      return true;
    }
    for (CacheReader reader : readers) {
      Descriptor blob = reader.contents(patience()).blobs().get(result.layer());
      if (blob != null && !taken.isBroken(result.layer())) {
        take(result.layer(), blob, reader);
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean has(DiffId layer) throws IOException {
    if (readers.isEmpty() || taken.isBroken(layer)) {
      return false;
    }
    Optional<Descriptor> blob = layers.blob(layer);
    if (blob.isEmpty()) {
      return false;
    }
    List<String> repositories = engine.images().sources(blob.get().digest());
    for (CacheReader reader : readers) {
      if (!reader.isAbandoned()
          && reader.place() instanceof Place.InRegistry place
          && repositories.contains(place.reference().repository())) {
        taken.add(layer, blob.get(), reader);
        return true;
      }
    }
    return false;
  }

  /** Asks nobody whom no step has asked: a build without a cache reads none. */
  @Override
  public Optional<LayerIndex> index(DiffId layer) throws IOException {
    if (!isStarted()) {
      return Optional.empty();
    }
    for (CacheReader reader : readers) {
      CacheContents.Index index = reader.contents(patience()).indexes().get(layer);
      Optional<LayerIndex> read =
          index == null ? Optional.empty() : indexes.get(index.blob(), reader);
      if (read.isPresent()) {
        return read;
      }
    }
    return Optional.empty();
  }

  private synchronized boolean isStarted() {
    return startNanos != 0;
  }

  private void take(DiffId layer, Descriptor blob, CacheReader reader) throws IOException {
    taken.add(layer, blob, reader);
    if (reader.place() instanceof Place.InRegistry registry) {
      // A push to the same registry mounts it, and a later command knows where to fetch it.
      engine.images().addSource(blob.digest(), registry.reference());
    }
  }

  /** The build is over; whoever has not answered need not. */
  void end() {
    readers.forEach(CacheReader::end);
    indexes.end();
  }

  TakenLayers taken() {
    return taken;
  }

  /**
   * One warning for each place that gave nothing, if any was asked.
   *
   * @param written places that are written as well, and may be empty the first time
   */
  synchronized List<Diagnostic> warnings(Set<Place> written) {
    List<Diagnostic> warnings = new ArrayList<>(taken.warnings());
    for (CacheReader reader : readers) {
      boolean first = reader.foundNothing() && written.contains(reader.place());
      if (startNanos != 0 && !first && reader.problem().isPresent()) {
        warnings.add(
            ShareFaults.warning(
                "no step could be taken from the shared cache %s: %s"
                    .formatted(reader.place(), reader.problem().get()),
                "the build went on as if there were none",
                "fill it with --cache-to, or leave --cache-from out"));
      }
    }
    return warnings;
  }
}
