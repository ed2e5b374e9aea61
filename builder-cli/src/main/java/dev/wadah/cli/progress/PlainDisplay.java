package dev.wadah.cli.progress;

import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Lines for logs, in BuildKit's form: {@code #5 [2/4] RUN make}, {@code #5 0.123 output}, {@code #5
 * DONE 0.3s}. Steps that run at the same time are told apart by their numbers.
 */
final class PlainDisplay implements Display {
  /** Byte counts are shown at most this often per transfer. */
  private static final long TRANSFER_PAUSE_NANOS = 1_000_000_000L;

  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final Map<Digest, Step> steps = new HashMap<>();

  PlainDisplay(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  private final class Step {
    final int number;
    final long began = nanoTime.getAsLong();
    final Map<String, Long> transfers = new HashMap<>();
    final Lines[] lines = {new Lines(this::print), new Lines(this::print)};

    Step(int number) {
      this.number = number;
    }

    void print(String line) {
      out.println(
          "#" + number + " " + Seconds.thousandths(nanoTime.getAsLong() - began) + " " + line);
    }
  }

  private Step step(VertexName vertex) {
    return steps.computeIfAbsent(
        vertex.digest(),
        digest -> {
          Step step = new Step(steps.size() + 1);
          out.println((step.number == 1 ? "#" : "\n#") + step.number + " " + vertex.name());
          return step;
        });
  }

  @Override
  public synchronized void started(VertexName vertex) {
    step(vertex);
  }

  @Override
  public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
    step(vertex).lines[stream == 2 ? 1 : 0].add(bytes);
  }

  @Override
  public synchronized void transferred(VertexName vertex, String what, long done, long total) {
    Step step = step(vertex);
    long now = nanoTime.getAsLong();
    Long last = step.transfers.get(what);
    boolean whole = done == total;
    if (last != null && !whole && now - last < TRANSFER_PAUSE_NANOS) {
      return;
    }
    step.transfers.put(what, now);
    String of = total > 0 ? " / " + Bytes.text(total) : "";
    out.println(
        "#%d %s %s%s%s"
            .formatted(
                step.number,
                what,
                Bytes.text(done),
                of,
                whole ? " " + Seconds.tenths(now - step.began) + "s done" : ""));
  }

  @Override
  public synchronized void reading(VertexName vertex, long files, long bytes) {
    Step step = step(vertex);
    long now = nanoTime.getAsLong();
    Long last = step.transfers.get(StepState.READING);
    if (last == null || now - last >= TRANSFER_PAUSE_NANOS) {
      step.transfers.put(StepState.READING, now);
      out.println(reading(step, files, bytes));
    }
  }

  @Override
  public synchronized void read(VertexName vertex, long files, long bytes) {
    Step step = step(vertex);
    String took = Seconds.tenths(nanoTime.getAsLong() - step.began);
    out.println(reading(step, files, bytes) + " " + took + "s done");
  }

  @Override
  public synchronized void explained(VertexName vertex, String why) {
    out.println("#" + step(vertex).number + " " + NOT_CACHED + why);
  }

  private static String reading(Step step, long files, long bytes) {
    return "#%d %s %d files, %s"
        .formatted(step.number, StepState.READING, files, Bytes.text(bytes));
  }

  @Override
  public synchronized void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    Step step = step(vertex);
    step.lines[0].finish();
    step.lines[1].finish();
    out.println(
        "#"
            + step.number
            + switch (outcome) {
              case DONE -> " DONE " + Seconds.tenths(duration.toNanos()) + "s";
              case CACHED -> " CACHED";
              case FAILED -> " ERROR: " + error.orElse("failed");
              case CANCELLED -> " CANCELED";
            });
  }

  @Override
  public synchronized void close() {
    out.flush();
  }
}
