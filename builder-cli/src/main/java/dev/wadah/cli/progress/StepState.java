package dev.wadah.cli.progress;

import dev.wadah.build.BuildProgress.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the live display knows of one step. Guarded by the display. */
final class StepState {
  /** Lines of output that are shown below a running step. */
  static final int SHOWN_LINES = 6;

  final String name;
  final long began;
  final Deque<String> output = new ArrayDeque<>();
  final Map<String, Transfer> transfers = new LinkedHashMap<>();
  private final Lines[] lines = {new Lines(this::line), new Lines(this::line)};
  private Outcome outcome;
  private String why = "";
  private long tookNanos;

  StepState(String name, long began) {
    this.name = name;
    this.began = began;
  }

  /** What {@link #reading} is shown under. */
  static final String READING = "reading";

  /**
   * Bytes of something.
   *
   * @param files how many these are of; -1 when they are of no files
   * @param total 0 when unknown
   * @param began when it was first heard of
   * @param tookNanos -1 while it lasts
   */
  record Transfer(long files, long done, long total, long began, long tookNanos) {}

  void output(int stream, byte[] bytes) {
    lines[stream == 2 ? 1 : 0].add(bytes);
  }

  private void line(String line) {
    output.addLast(line);
    if (output.size() > SHOWN_LINES) {
      output.removeFirst();
    }
  }

  void transferred(String what, long done, long total, long now) {
    long start = began(what, now);
    transfers.put(what, new Transfer(-1, done, total, start, done == total ? now - start : -1));
  }

  private long began(String what, long now) {
    Transfer before = transfers.get(what);
    return before == null ? now : before.began();
  }

  void reading(long files, long bytes, long now) {
    transfers.put(READING, new Transfer(files, bytes, 0, began(READING, now), -1));
  }

  void read(long files, long bytes, long now) {
    long start = began(READING, now);
    transfers.put(READING, new Transfer(files, bytes, 0, start, now - start));
  }

  void finish(Outcome how, long nanos) {
    outcome = how;
    tookNanos = nanos;
    if (how != Outcome.FAILED) {
      output.clear();
    }
  }

  void explain(String reason) {
    why = reason;
  }

  /** Why it is not taken from the cache; empty when nobody asked. */
  String why() {
    return why;
  }

  boolean isRunning() {
    return outcome == null;
  }

  /** How it ended; null while it runs. */
  Outcome outcome() {
    return outcome;
  }

  long nanos(long now) {
    return isRunning() ? now - began : tookNanos;
  }
}
