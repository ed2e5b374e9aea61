package dev.wadah.cli.progress;

import dev.wadah.cli.JsonText;
import dev.wadah.oci.Digest;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A JSON document per event and line, in the form of BuildKit's client.SolveStatus. */
final class RawJsonDisplay implements Display {
  private final PrintStream out;
  private final Clock clock;
  private final Map<Digest, Instant> began = new HashMap<>();
  private final Map<String, Instant> transfers = new HashMap<>();
  private final Map<Digest, String> misses = new HashMap<>();

  RawJsonDisplay(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public synchronized void planned(List<VertexName> vertices) {
    print("vertexes", vertices.stream().map(v -> (Object) vertex(v)).toList());
  }

  @Override
  public synchronized void started(VertexName vertex) {
    began.put(vertex.digest(), clock.instant());
    print("vertexes", List.of(startedVertex(vertex)));
  }

  @Override
  public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
    Map<String, Object> log = new LinkedHashMap<>();
    log.put("vertex", vertex.digest().toString());
    log.put("stream", stream);
    log.put("data", Base64.getEncoder().encodeToString(bytes));
    log.put("timestamp", clock.instant().toString());
    print("logs", List.of(log));
  }

  @Override
  public synchronized void transferred(VertexName vertex, String what, long done, long total) {
    Map<String, Object> status = status(vertex, what, what, done, total);
    if (done == total) {
      status.put("completed", status.get("timestamp"));
    }
    print("statuses", List.of(status));
  }

  @Override
  public synchronized void reading(VertexName vertex, long files, long bytes) {
    print("statuses", List.of(reading(files, vertex, bytes)));
  }

  @Override
  public synchronized void read(VertexName vertex, long files, long bytes) {
    Map<String, Object> status = reading(files, vertex, bytes);
    status.put("completed", status.get("timestamp"));
    print("statuses", List.of(status));
  }

  private Map<String, Object> reading(long files, VertexName vertex, long bytes) {
    String name = StepState.READING + " " + files + " files";
    return status(vertex, StepState.READING, name, bytes, 0);
  }

  private Map<String, Object> status(
      VertexName vertex, String id, String name, long done, long total) {
    Instant now = clock.instant();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("id", id);
    status.put("vertex", vertex.digest().toString());
    status.put("name", name);
    if (total > 0) {
      status.put("total", total);
    }
    status.put("current", done);
    status.put("timestamp", now.toString());
    Instant start = transfers.computeIfAbsent(vertex.digest() + " " + id, k -> now);
    status.put("started", start.toString());
    return status;
  }

  /** A member that BuildKit's vertex has not; whoever reads only those passes over it. */
  @Override
  public synchronized void explained(VertexName vertex, String why) {
    misses.put(vertex.digest(), why);
    print("vertexes", List.of(startedVertex(vertex)));
  }

  @Override
  public synchronized void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    Map<String, Object> entry = startedVertex(vertex);
    entry.put("completed", clock.instant().toString());
    if (outcome == Outcome.CACHED) {
      entry.put("cached", true);
    }
    if (outcome == Outcome.FAILED || outcome == Outcome.CANCELLED) {
      entry.put("error", error.orElse(outcome == Outcome.FAILED ? "failed" : "context canceled"));
    }
    print("vertexes", List.of(entry));
  }

  private Map<String, Object> startedVertex(VertexName vertex) {
    Map<String, Object> entry = vertex(vertex);
    Instant start = began.computeIfAbsent(vertex.digest(), d -> clock.instant());
    entry.put("started", start.toString());
    String why = misses.get(vertex.digest());
    if (why != null) {
      entry.put("notCached", why);
    }
    return entry;
  }

  private static Map<String, Object> vertex(VertexName vertex) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("digest", vertex.digest().toString());
    if (!vertex.inputs().isEmpty()) {
      entry.put("inputs", vertex.inputs().stream().map(Digest::toString).toList());
    }
    entry.put("name", vertex.name());
    return entry;
  }

  private void print(String kind, List<?> entries) {
    out.println(JsonText.compact(Map.of(kind, entries)));
  }

  @Override
  public synchronized void close() {
    out.flush();
  }
}
