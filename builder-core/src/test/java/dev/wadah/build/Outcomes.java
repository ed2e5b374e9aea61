package dev.wadah.build;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Remembers how vertices ended and what they printed. */
final class Outcomes implements BuildProgress {
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
  private final StringBuilder output = new StringBuilder();

  @Override
  public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
    output.append(new String(bytes, StandardCharsets.UTF_8));
    notifyAll();
  }

  @Override
  public synchronized void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    outcomes.put(vertex.name(), outcome);
  }

  /** How the vertices ended whose name holds {@code text}. */
  synchronized List<Outcome> of(String text) {
    List<Outcome> found = new ArrayList<>();
    outcomes.forEach(
        (name, outcome) -> {
          if (name.contains(text)) {
            found.add(outcome);
          }
        });
    return found;
  }

  /** Waits until some step has printed {@code text}. */
  synchronized void awaitOutput(String text) throws InterruptedException {
    while (output.indexOf(text) < 0) {
      wait();
    }
  }

  synchronized String output() {
    return output.toString();
  }
}
