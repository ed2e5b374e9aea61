package dev.wadah.build.share;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.cache.SharedRecords;
import dev.wadah.build.cache.StepCache;
import dev.wadah.build.share.CacheContents.Alias;
import dev.wadah.build.share.CacheContents.Result;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import dev.wadah.registry.RegistryException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The shared caches of one build: those that it reads, and those that it writes at its end. */
public final class SharedCaches implements Closeable {
  private final Engine engine;
  private final BuildProgress progress;
  private final List<CacheTarget> targets;
  private final CacheImport sources;
  private final List<Diagnostic> warnings = new ArrayList<>();
  private final Set<String> silentHosts = new HashSet<>();

  private SharedCaches(
      Engine engine, BuildProgress progress, List<CacheTarget> targets, List<CacheReader> readers) {
    this.engine = engine;
    this.progress = progress;
    this.targets = List.copyOf(targets);
    this.sources = new CacheImport(engine, readers);
  }

  /**
   * Understands what a request says of shared caches; asks nobody yet.
   *
   * @throws BuildException naming what is not understood
   */
  public static SharedCaches of(
      Engine engine, BuildRequest.CacheRequest request, BuildProgress progress)
      throws BuildException {
    List<CacheReader> readers = new ArrayList<>();
    for (BuildRequest.SharedCache cache : request.from()) {
      Place place = ShareOptions.source(cache);
      readers.add(new CacheReader(place, storage(engine, place), progress));
    }
    List<CacheTarget> targets = new ArrayList<>();
    for (BuildRequest.SharedCache cache : request.to()) {
      targets.add(ShareOptions.target(cache));
    }
    return new SharedCaches(engine, progress, targets, readers);
  }

  private static CacheStorage storage(Engine engine, Place place) {
    return place instanceof Place.InRegistry registry
        ? new RegistryStorage(engine, registry.reference())
        : new FolderStorage((Place.InFolder) place);
  }

  /** Tells the progress nothing any more. */
  @Override
  public void close() {
    sources.end();
  }

  /** The results that others share. */
  public SharedRecords records() {
    return sources;
  }

  /** Whether anything is written for others. */
  public StepCache.Purpose purpose() {
    return targets.isEmpty() ? StepCache.Purpose.OWN : StepCache.Purpose.SHARED;
  }

  /**
   * Whether a failure of the build, or of an output, came from a layer that a shared cache promised
   * and did not give. Then the same build may be tried again, and will do without that layer.
   */
  public boolean recover(IOException failure) throws IOException {
    return sources.taken().forget(failure);
  }

  /**
   * Fetches what outputs need of the images' layers before they begin to write: an archive needs
   * all bytes, the image store those that may be gone tomorrow, and what is pushed is mounted or
   * fetched on the way.
   */
  public void fetch(Set<DiffId> layers, List<BuildRequest.OutputRequest> outputs)
      throws IOException {
    for (BuildRequest.OutputRequest output : outputs) {
      switch (output.type()) {
        case "registry", "cacheonly" -> {}
        case "image" -> sources.taken().fetch(sources.taken().passing(layers));
        default -> sources.taken().fetch(layers);
      }
    }
  }

  /** Annotations for the manifest of an image with these layers: its inline cache, if wanted. */
  public Map<String, String> annotations(StepCache cache, List<DiffId> layers) {
    for (CacheTarget target : targets) {
      if (target.place() instanceof Place.InImage) {
        Optional<String> inline = CacheManifest.annotation(contents(cache.used()), layers);
        if (inline.isPresent()) {
          return Map.of(CacheManifest.ANNOTATION, inline.get());
        }
      }
    }
    return Map.of();
  }

  /**
   * Writes all caches that are not inline.
   *
   * @param cache knows what the build used and made
   * @param layers of the images that were built
   * @param outlined layers that steps looked names up in, or would have
   * @throws IOException if one cannot be written, and is not to be ignored
   */
  public void write(StepCache cache, Set<DiffId> layers, Set<DiffId> outlined) throws IOException {
    for (CacheTarget target : targets) {
      if (target.place() instanceof Place.InImage) {
        continue;
      }
      if (isSilent(target)) {
        warnings.add(unwritten(target, "its registry does not answer"));
        continue;
      }
      CacheContents all = contents(cache.used());
      boolean max = target.mode() == CacheTarget.Mode.MAX;
      CacheContents own = max ? all : all.ofLayers(layers);
      Set<DiffId> looked = new HashSet<>(outlined);
      if (!max) {
        looked.retainAll(layers);
      }
      try {
        write(target, own, looked);
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        boolean silence = RegistryException.isSilence(e);
        if (target.onError() == CacheTarget.OnError.FAIL && !silence) {
          throw e;
        }
        if (silence && target.place() instanceof Place.InRegistry place) {
          silentHosts.add(place.reference().domain());
        }
        warnings.add(unwritten(target, e.getMessage()));
      }
    }
  }

  private boolean isSilent(CacheTarget target) {
    return target.place() instanceof Place.InRegistry place
        && (silentHosts.contains(place.reference().domain())
            || sources.isSilent(place.reference().domain()));
  }

  private static Diagnostic unwritten(CacheTarget target, String why) {
    boolean ignored = target.onError() == CacheTarget.OnError.WARN;
    return ShareFaults.warning(
        "the shared cache %s was not written: %s".formatted(target.place(), why),
        ignored
            ? "ignore-error=true says that this is no failure"
            : "the build itself is done; nobody waits for a cache that hangs",
        "");
  }

  private void write(CacheTarget target, CacheContents own, Set<DiffId> outlined)
      throws IOException {
    String caption = "exporting cache to " + target.place();
    Digest digest = Digest.of(caption.getBytes(StandardCharsets.UTF_8));
    VertexName vertex = new VertexName(digest, caption, List.of());
    progress.started(vertex);
    long start = System.nanoTime();
    Optional<String> problem = Optional.of("it was not written");
    Outcome outcome = Outcome.FAILED;
    try {
      boolean written =
          new CacheWriter(new LayerBlobs(engine, sources), target, storage(engine, target.place()))
              .write(own, outlined, Instant.now());
      problem = Optional.empty();
      outcome = written ? Outcome.DONE : Outcome.CACHED;
    } catch (IOException e) {
      problem = Optional.ofNullable(e.getMessage());
      throw e;
    } finally {
      Profile.spent(Phase.EXPORT, start);
      Duration duration = Duration.ofNanos(System.nanoTime() - start);
      progress.finished(vertex, outcome, duration, problem);
    }
  }

  /** Uses are noted by the hour, so that equal builds write equal caches. */
  private static CacheContents contents(List<SharedRecords.Result> used) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
    Map<Digest, List<Result>> results = new HashMap<>();
    Map<Digest, Alias> aliases = new HashMap<>();
    for (SharedRecords.Result result : used) {
      Result one = new Result(result.layer(), result.created(), now);
      results.merge(result.content(), List.of(one), CacheContents::joined);
      if (!result.key().equals(result.content())) {
        aliases.put(result.key(), new Alias(result.content(), now));
      }
    }
    return new CacheContents(results, aliases, Map.of());
  }

  /** What went wrong without being a failure, behind the warnings that there are already. */
  public List<Diagnostic> withWarnings(List<Diagnostic> others) {
    List<Diagnostic> all = new ArrayList<>(others);
    Set<Place> written = new HashSet<>();
    targets.forEach(target -> written.add(target.place()));
    all.addAll(sources.warnings(written));
    all.addAll(warnings);
    return all;
  }
}
