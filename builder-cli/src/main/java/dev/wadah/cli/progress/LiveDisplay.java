package dev.wadah.cli.progress;

import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Redraws the steps in place on a terminal, ten times a second. */
final class LiveDisplay implements Display {
  private static final long PAUSE_MILLIS = 100;

  private final PrintStream out;
  private final Screen screen;
  private final LongSupplier nanoTime;
  private final long began;
  private final Map<Digest, StepState> steps = new LinkedHashMap<>();
  private final Thread thread = new Thread(this::redraw, "progress");
  private int planned;
  private int drawn;
  private boolean over;

  LiveDisplay(PrintStream out, Screen screen, LongSupplier nanoTime) {
    this.out = out;
    this.screen = screen;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /** A display that redraws itself until it is closed. */
  static LiveDisplay start(PrintStream out, Screen screen) {
    LiveDisplay display = new LiveDisplay(out, screen, System::nanoTime);
    display.thread.setDaemon(true);
    display.thread.start();
    return display;
  }

  private void redraw() {
    try {
      while (true) {
        Thread.sleep(PAUSE_MILLIS);
        synchronized (this) {
          if (over) {
            return;
          }
          draw();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Draws over what was drawn before. */
  synchronized void draw() {
    List<String> lines =
        Frame.lines(steps.values(), planned, began, nanoTime.getAsLong(), screen, over);
    StringBuilder picture = new StringBuilder();
    if (drawn > 0) {
      picture.append("\u001b[").append(drawn).append('A');
    }
    for (String line : lines) {
      picture.append('\r').append(line).append("\u001b[K\n");
    }
    picture.append("\u001b[J");
    out.print(picture);
    out.flush();
    drawn = lines.size();
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
  public synchronized void close() {
    if (!over) {
      over = true;
      draw();
    }
  }
}
