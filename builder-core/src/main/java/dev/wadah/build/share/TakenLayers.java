package dev.wadah.build.share;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.ForwardInputStream;
import dev.wadah.content.ParallelTransfers;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The layers that a build took from shared caches without fetching them. When one of them turns out
 * to be missing or broken, steps have been skipped that must be done after all: {@link #forget}
 * says whether that is so, and the build begins again without it. Safe for threads.
 */
final class TakenLayers {
  /** A place with so many broken layers gives nothing more. */
  private static final int MOST_BROKEN = 3;

  private final LayerStore layers;
  private final ContentStore content;
  private final Map<DiffId, Taken> taken = new ConcurrentHashMap<>();
  private final Map<DiffId, IOException> failed = new ConcurrentHashMap<>();
  private final Set<DiffId> broken = ConcurrentHashMap.newKeySet();
  private final Set<String> silentHosts = ConcurrentHashMap.newKeySet();
  private final List<Diagnostic> warnings = Collections.synchronizedList(new ArrayList<>());

  TakenLayers(Engine engine) {
    this.layers = engine.layers();
    this.content = engine.content();
  }

  private record Taken(Descriptor blob, CacheReader reader) {}

  /** Tells the layer store where a layer is. */
  void add(DiffId layer, Descriptor blob, CacheReader reader) throws IOException {
    taken.put(layer, new Taken(blob, reader));
    layers.addBlob(layer, blob, wanted -> open(layer, wanted, reader));
  }

  /** Whether a host began to give a layer and fell silent, or never began. */
  boolean isSilent(String host) {
    return silentHosts.contains(host);
  }

  boolean isBroken(DiffId layer) {
    return broken.contains(layer);
  }

  private InputStream open(DiffId layer, Descriptor blob, CacheReader reader) throws IOException {
    try {
      return new Watched(reader.storage().open(blob), layer);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      failed.put(layer, e);
      throw e;
    }
  }

  /** Notes that a layer's bytes ended in a failure. */
  private final class Watched extends ForwardInputStream {
    private final DiffId layer;

    Watched(InputStream in, DiffId layer) {
      super(in);
      this.layer = layer;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return in.read(buffer, offset, length);
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        failed.put(layer, e);
        throw e;
      }
    }
  }

  /** Fetches those of these layers that are not here yet. */
  void fetch(Collection<DiffId> wanted) throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (DiffId layer : Set.copyOf(wanted)) {
      if (taken.containsKey(layer) && !layers.isHere(layer)) {
        tasks.add(
            () -> {
              layers.openBlob(layer).close();
              return null;
            });
      }
    }
    ParallelTransfers.run(tasks);
  }

  /** Those of the layers that came from a place where they may be gone tomorrow. */
  List<DiffId> passing(Collection<DiffId> wanted) {
    List<DiffId> found = new ArrayList<>();
    for (DiffId layer : wanted) {
      Taken t = taken.get(layer);
      if (t != null && t.reader().place() instanceof Place.InFolder) {
        found.add(layer);
      }
    }
    return found;
  }

  /**
   * Whether a layer from a shared cache is to blame for a failure; then it is forgotten, so that
   * its step is done the next time.
   */
  boolean forget(IOException failure) throws IOException {
    if (failure instanceof InterruptedIOException || taken.isEmpty()) {
      return false;
    }
    Map<DiffId, IOException> guilty = new ConcurrentHashMap<>(failed);
    if (guilty.isEmpty()) {
      named(failure, guilty);
    }
    if (guilty.isEmpty() && hasCause(failure, InvalidLayerException.class)) {
      taken.keySet().forEach(layer -> guilty.put(layer, failure));
    }
    for (Map.Entry<DiffId, IOException> entry : guilty.entrySet()) {
      forget(entry.getKey(), entry.getValue());
    }
    failed.clear();
    return !guilty.isEmpty();
  }

  private void named(IOException failure, Map<DiffId, IOException> guilty) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DigestMismatchException mismatch) {
        taken.forEach(
            (layer, t) -> {
              Digest expected = mismatch.expected();
              if (expected.equals(layer.digest()) || expected.equals(t.blob().digest())) {
                guilty.put(layer, failure);
              }
            });
      }
    }
    if (guilty.isEmpty()) {
      taken.keySet().forEach(layer -> check(layer, guilty));
    }
  }

  /** Reads a layer that has been fetched, whose failure did not name it. */
  private void check(DiffId layer, Map<DiffId, IOException> guilty) {
    try {
      if (layers.isHere(layer)) {
        try (InputStream tar = layers.openTar(layer)) {
          tar.transferTo(OutputStream.nullOutputStream());
        }
      }
    } catch (IOException e) {
      guilty.put(layer, e);
    }
  }

  private static boolean hasCause(Throwable failure, Class<?> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private void forget(DiffId layer, IOException why) throws IOException {
    Taken t = taken.remove(layer);
    broken.add(layer);
    layers.delete(layer);
    content.delete(t.blob().digest());
    warnings.add(
        ShareFaults.warning(
            "layer %s of the shared cache %s is of no use: %s"
                .formatted(layer, t.reader().place(), why.getMessage()),
            "the steps that it came from were done here instead",
            "write the cache again with --cache-to"));
    boolean silent = RegistryException.isSilence(why);
    if (silent && t.reader().place() instanceof Place.InRegistry place) {
      silentHosts.add(place.reference().domain());
    }
    if (silent || broken.size() >= MOST_BROKEN) {
      abandon(t.reader());
    }
  }

  /** Forgets all that came from a place and is not here. */
  private void abandon(CacheReader reader) throws IOException {
    reader.abandon();
    for (Map.Entry<DiffId, Taken> entry : List.copyOf(taken.entrySet())) {
      if (entry.getValue().reader() == reader && !layers.isHere(entry.getKey())) {
        taken.remove(entry.getKey());
        layers.delete(entry.getKey());
      }
    }
  }

  /** Notes a loss that costs a download and nothing else. */
  void lost(String what) {
    warnings.add(
        ShareFaults.warning(
            what, "the layer itself was asked instead", "write the cache again with --cache-to"));
  }

  List<Diagnostic> warnings() {
    return List.copyOf(warnings);
  }
}
