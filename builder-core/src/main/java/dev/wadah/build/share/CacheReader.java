package dev.wadah.build.share;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.Outcome;
import dev.wadah.build.BuildProgress.VertexName;
import dev.wadah.oci.Digest;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The records of one {@code --cache-from}, read in a thread of their own. Safe for threads. */
final class CacheReader {
  private final Place place;
  private final CacheStorage storage;
  private final BuildProgress progress;
  private final FutureTask<Found> task = new FutureTask<>(this::read);
  private volatile boolean abandoned;
  private volatile boolean started;
  private boolean told;

  CacheReader(Place place, CacheStorage storage, BuildProgress progress) {
    this.place = place;
    this.storage = storage;
    this.progress = progress;
  }

  Place place() {
    return place;
  }

  CacheStorage storage() {
    return storage;
  }

  /** Begins to read. */
  void start() {
    started = true;
    Thread thread = new Thread(task, "wadah-shared-cache");
    thread.setDaemon(true);
    thread.start();
  }

  private Found read() throws IOException {
    long start = System.nanoTime();
    progress.started(vertex());
    Optional<String> problem = Optional.of("it could not be read");
    try {
      Found found = storage.read();
      problem = Optional.of(found.problem()).filter(p -> !p.isEmpty());
      return found;
    } catch (IOException e) {
      problem = Optional.ofNullable(e.getMessage());
      throw e;
    } finally {
      Outcome outcome = problem.isEmpty() ? Outcome.DONE : Outcome.FAILED;
      told(outcome, Duration.ofNanos(System.nanoTime() - start), problem);
    }
  }

  private VertexName vertex() {
    String caption = "importing cache manifest from " + place;
    return new VertexName(Digest.of(caption.getBytes(StandardCharsets.UTF_8)), caption, List.of());
  }

  private synchronized void told(Outcome outcome, Duration duration, Optional<String> problem) {
    if (!told) {
      told = true;
      progress.finished(vertex(), outcome, duration, problem);
    }
  }

  /** Tells the progress nothing any more: the build is over. */
  void end() {
    if (started && !task.isDone()) {
      told(Outcome.CANCELLED, Duration.ZERO, Optional.empty());
    }
  }

  /**
   * The records, as soon as they are there; none when they are not there in time or cannot be had.
   */
  CacheContents contents(Duration atMost) throws InterruptedIOException {
    if (abandoned) {
      return CacheContents.EMPTY;
    }
    try {
      return task.get(atMost.toMillis(), TimeUnit.MILLISECONDS).contents();
    } catch (TimeoutException | ExecutionException e) {
      return CacheContents.EMPTY; // problem() tells of it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted in wait for a shared cache");
    }
  }

  /** Whether it was told never to give anything again. */
  boolean isAbandoned() {
    return abandoned;
  }

  /** Never gives anything again. */
  void abandon() {
    abandoned = true;
  }

  /** Whether it answered that there is nothing. */
  boolean foundNothing() {
    try {
      return task.isDone() && task.get().kind() == Found.Kind.NOTHING;
    } catch (ExecutionException e) {
      return false; // problem() tells of it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Whether it gave no answer.
   *
   * @param late whether that which has not come should be here by now
   */
  boolean isSilent(boolean late) {
    if (!task.isDone()) {
      return started && late;
    }
    try {
      return task.get() == null;
    } catch (ExecutionException e) {
      return RegistryException.isSilence(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Why there are no records; empty when there are. */
  Optional<String> problem() {
    if (!task.isDone()) {
      return Optional.of("it has not answered in time");
    }
    try {
      return Optional.of(task.get().problem()).filter(p -> !p.isEmpty());
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      // Messages of registries begin with the name, which whoever tells of the problem names too.
      String name = place + ": ";
      return Optional.of(message.startsWith(name) ? message.substring(name.length()) : message);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("it was interrupted");
    }
  }
}
