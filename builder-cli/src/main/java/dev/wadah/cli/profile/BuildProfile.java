package dev.wadah.cli.profile;

import dev.wadah.build.BuildProgress;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Notes when the vertices of a build began and ended, and passes on what it hears. */
public final class BuildProfile implements BuildProgress {
  /** USER_HZ, the same on every machine that Linux shows /proc on. */
  private static final double TICKS_PER_SECOND = 100;

  private final BuildProgress next;
  private final Profile profile = Profile.begin();
  private final Instant began;
  private final long beganNanos;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> misses = new HashMap<>();
  private final Map<String, Long> starts = new HashMap<>();

  /**
   * What a vertex took.
   *
   * @param name of the vertex
   * @param start {@link System#nanoTime} of its begin
   * @param nanos its duration
   * @param thread number of the thread that ended it
   * @param error what failed
   * @param why it was not taken from the cache; empty when nobody asked, or it was
   */
  public record Step(
      VertexName name,
      long start,
      long nanos,
      long thread,
      Outcome outcome,
      Optional<String> error,
      Optional<String> why) {}

  /**
   * What is known at the end.
   *
   * @param began wall-clock time of {@code start}
   * @param start {@link System#nanoTime} of the process's begin, as exactly as the kernel tells it
   *     (a hundredth of a second)
   * @param nanos how long the process has run
   */
  public record Finished(
      Instant began, long start, long nanos, List<Step> steps, List<Profile.Entry> entries) {
    /** Milliseconds from the begin to a time of {@link System#nanoTime}. */
    double at(long time) {
      return (time - start) / 1e6;
    }

    /** The wall-clock time of a time of {@link System#nanoTime}. */
    Instant instant(long time) {
      return began.plusNanos(time - start);
    }
  }

  /** Begins to note everything that happens from now on. */
  public BuildProfile(BuildProgress next) {
    this.next = next;
    long age = ageNanos();
    began = Instant.now().minusNanos(age);
    beganNanos = System.nanoTime() - age;
    Profile.spent(Phase.START, beganNanos);
  }

  /**
   * How long this process has run. ProcessHandle would count from the second in which the machine
   * was started; ticks and uptime count from the same moment (proc(5): starttime, field 22).
   */
  private static long ageNanos() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      String uptime = Files.readString(Path.of("/proc/uptime"));
      double seconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
      return (long) ((seconds - Long.parseLong(fields[19]) / TICKS_PER_SECOND) * 1e9);
    } catch (IOException e) {
      return 0; // without /proc the build's own begin is the earliest that is known
    }
  }

  /** Ends the notes. */
  public Finished finish() {
    profile.end();
    synchronized (steps) {
      return new Finished(
          began, beganNanos, System.nanoTime() - beganNanos, List.copyOf(steps), profile.entries());
    }
  }

  @Override
  public void planned(List<VertexName> vertices) {
    next.planned(vertices);
  }

  @Override
  public void started(VertexName vertex) {
    synchronized (steps) {
      starts.put(vertex.digest().toString(), System.nanoTime());
    }
    Profile.of(vertex.digest().toString());
    next.started(vertex);
  }

  @Override
  public void output(VertexName vertex, int stream, byte[] bytes) {
    next.output(vertex, stream, bytes);
  }

  @Override
  public void transferred(VertexName vertex, String what, long done, long total) {
    next.transferred(vertex, what, done, total);
  }

  @Override
  public void reading(VertexName vertex, long files, long bytes) {
    next.reading(vertex, files, bytes);
  }

  @Override
  public void read(VertexName vertex, long files, long bytes) {
    next.read(vertex, files, bytes);
  }

  @Override
  public void explained(VertexName vertex, String why) {
    synchronized (steps) {
      misses.put(vertex.digest().toString(), why);
    }
    next.explained(vertex, why);
  }

  @Override
  public void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    Profile.of("");
    long thread = Thread.currentThread().getId();
    long now = System.nanoTime();
    String digest = vertex.digest().toString();
    synchronized (steps) {
      // Not the duration: counted back from now it would begin after the first thing in it.
      long start = starts.getOrDefault(digest, now - duration.toNanos());
      Optional<String> why = Optional.ofNullable(misses.get(digest));
      steps.add(new Step(vertex, start, now - start, thread, outcome, error, why));
    }
    next.finished(vertex, outcome, duration, error);
  }
}
