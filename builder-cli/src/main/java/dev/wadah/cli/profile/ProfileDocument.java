package dev.wadah.cli.profile;

import dev.wadah.cli.JsonText;
import dev.wadah.posix.OutputFile;
import dev.wadah.profile.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A profile as one JSON object: sums for people and scripts, and before them {@code traceEvents},
 * so that chrome://tracing and ui.perfetto.dev open the same file (Trace Event Format, JSON object
 * format). The events come first, because Perfetto reads to the first member that it does not know.
 */
public final class ProfileDocument {
  private static final int VERSION = 1;

  private final BuildProfile.Finished profile;

  public ProfileDocument(BuildProfile.Finished profile) {
    this.profile = profile;
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) throws IOException {
    byte[] bytes = text().getBytes(StandardCharsets.UTF_8);
    OutputFile.write(file, "rw-r--r--", out -> out.write(bytes));
  }

  /** The document. Times are milliseconds; those of {@code traceEvents} microseconds. */
  String text() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("traceEvents", events());
    document.put("displayTimeUnit", "ms");
    document.put("schemaVersion", VERSION);
    document.put("began", profile.began().toString());
    document.put("milliseconds", rounded(profile.nanos() / 1e6));
    document.put("phases", sums(profile.entries()));
    document.put("vertices", vertices());
    return JsonText.pretty(document, " ") + "\n";
  }

  /** Milliseconds per phase, in the order in which phases come. */
  private static Map<String, Object> sums(List<Profile.Entry> entries) {
    Map<String, Object> sums = new LinkedHashMap<>();
    PhaseSums.of(entries).forEach((phase, sum) -> sums.put(phase.label(), rounded(sum / 1e6)));
    return sums;
  }

  private List<Object> vertices() {
    List<Object> vertices = new ArrayList<>();
    for (BuildProfile.Step step : profile.steps()) {
      Map<String, Object> vertex = new LinkedHashMap<>();
      vertex.put("name", step.name().name());
      vertex.put("digest", step.name().digest().toString());
      vertex.put("outcome", outcome(step));
      step.why().ifPresent(why -> vertex.put("notCached", why));
      vertex.put("start", rounded(profile.at(step.start())));
      vertex.put("milliseconds", rounded(step.nanos() / 1e6));
      vertex.put("phases", sums(entries(step.name().digest().toString())));
      vertices.add(vertex);
    }
    return vertices;
  }

  private List<Profile.Entry> entries(String subject) {
    List<Profile.Entry> entries = new ArrayList<>();
    for (Profile.Entry entry : profile.entries()) {
      if (entry.subject().equals(subject)) {
        entries.add(entry);
      }
    }
    return entries;
  }

  private List<Object> events() {
    List<Object> events = new ArrayList<>();
    events.add(process());
    for (Profile.Entry entry : profile.entries()) {
      events.add(
          event(entry.phase().label(), "phase", entry.start(), entry.nanos(), entry.thread()));
    }
    for (BuildProfile.Step step : profile.steps()) {
      Map<String, Object> vertex =
          event(step.name().name(), "vertex", step.start(), step.nanos(), step.thread());
      vertex.put("args", Map.of("outcome", outcome(step)));
      events.add(vertex);
    }
    return events;
  }

  /** A metadata event ("M"): what the rows are of. */
  private static Map<String, Object> process() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("name", "process_name");
    event.put("ph", "M");
    event.put("pid", ProcessHandle.current().pid());
    event.put("args", Map.of("name", "wadah build"));
    return event;
  }

  /** A complete event ("X"): name, category, begin and duration, and the row to draw it in. */
  private Map<String, Object> event(
      String name, String category, long start, long nanos, long thread) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("name", name);
    event.put("cat", category);
    event.put("ph", "X");
    event.put("ts", rounded(profile.at(start) * 1000));
    event.put("dur", rounded(nanos / 1e3));
    event.put("pid", ProcessHandle.current().pid());
    event.put("tid", thread);
    return event;
  }

  private static String outcome(BuildProfile.Step step) {
    return step.outcome().name().toLowerCase(Locale.ROOT);
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
