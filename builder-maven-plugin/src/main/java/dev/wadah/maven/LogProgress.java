package dev.wadah.maven;

import dev.wadah.build.BuildProgress;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.plugin.logging.Log;

/** Shows a build in Maven's log, a line per event, steps told apart by their numbers. */
final class LogProgress implements BuildProgress {
  private final Log log;
  private final Map<Digest, Integer> numbers = new HashMap<>();
  private final Map<Digest, StringBuilder> unfinished = new HashMap<>();

  LogProgress(Log log) {
    this.log = log;
  }

  @Override
  public synchronized void started(VertexName vertex) {
    log.info(number(vertex) + " " + vertex.name());
  }

  @Override
  public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
    StringBuilder text = unfinished.computeIfAbsent(vertex.digest(), d -> new StringBuilder());
    text.append(new String(bytes, StandardCharsets.UTF_8));
    int end;
    while ((end = text.indexOf("\n")) >= 0) {
      log.info(number(vertex) + " " + text.substring(0, end));
      text.delete(0, end + 1);
    }
  }

  @Override
  public synchronized void explained(VertexName vertex, String why) {
    log.info(number(vertex) + " not cached: " + why);
  }

  @Override
  public synchronized void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {
    StringBuilder rest = unfinished.remove(vertex.digest());
    if (rest != null && rest.length() > 0) {
      log.info(number(vertex) + " " + rest);
    }
    String number = number(vertex);
    switch (outcome) {
      case DONE ->
          log.info(number + " DONE " + Math.floor(duration.toMillis() / 100.0) / 10.0 + "s");
      case CACHED -> log.info(number + " CACHED " + vertex.name());
      // No error yet: the build may go on without it (a shared cache that is empty), or else says
      // so.
      case FAILED -> log.warn(number + " ERROR: " + error.orElse("failed"));
      case CANCELLED -> log.warn(number + " CANCELED");
    }
  }

  private String number(VertexName vertex) {
    return "#" + numbers.computeIfAbsent(vertex.digest(), d -> numbers.size() + 1);
  }
}
