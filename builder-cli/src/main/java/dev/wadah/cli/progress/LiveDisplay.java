package dev.wadah.cli.progress;

import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The steps of a build, redrawn in place on a terminal. */
final class LiveDisplay implements Display, Repaint.Scene {
  private final LongSupplier nanoTime;
  private final long began;
  private final Map<Digest, StepState> steps = new LinkedHashMap<>();
  private final Repaint repaint;
  private int planned;

  LiveDisplay(PrintStream out, Supplier<Screen> screen, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
    this.repaint = new Repaint(out, screen, this);
  }

  /** A display that redraws itself until it is closed. */
  static LiveDisplay start(PrintStream out, Supplier<Screen> screen) {
    LiveDisplay display = new LiveDisplay(out, screen, System::nanoTime);
    display.repaint.start();
    return display;
  }

  /** Draws over what was drawn before. */
  void draw() {
    repaint.draw();
  }

  @Override
  public synchronized List<String> lines(Screen screen, boolean isLast) {
    return Frame.lines(steps.values(), planned, began, nanoTime.getAsLong(), screen, isLast);
  }

  /** The seconds at the top go on. */
  @Override
  public boolean hasChanged() {
    return true;
  }

  private StepState step(VertexName vertex) {
    return steps.computeIfAbsent(
        vertex.digest(), digest -> new StepState(vertex.name(), nanoTime.getAsLong()));
  }

  @Override
  public synchronized void planned(List<VertexName> vertices) {
    planned = vertices.size();
  }

  @Override
  public synchronized void started(VertexName vertex) {
    step(vertex);
  }

  @Override
  public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
    step(vertex).output(stream, bytes);
  }

  @Override
  public synchronized void transferred(VertexName vertex, String what, long done, long total) {
    step(vertex).transferred(what, done, total, nanoTime.getAsLong());
  }

  @Override
  public synchronized void reading(VertexName vertex, long files, long bytes) {
    step(vertex).reading(files, bytes, nanoTime.getAsLong());
  }

  @Override
  public synchronized void read(VertexName vertex, long files, long bytes) {
    step(vertex).read(files, bytes, nanoTime.getAsLong());
  }

  @Override
  public synchronized void explained(VertexName vertex, String why) {
    step(vertex).explain(why);
  }

  @Override
  public synchronized void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    step(vertex).finish(outcome, duration.toNanos());
  }

  @Override
  public void close() {
    repaint.close();
  }
}
