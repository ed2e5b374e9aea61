package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.wadah.oci.ContainerConfig.Healthcheck;
import dev.wadah.oci.ImageConfig.History;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Image configs as JSON. BuildKit writes the outer object by way of a map, so with sorted keys, and
 * the parts in the field order of the Go structs; so does this.
 */
final class ConfigJson {
  // Encoded once: images have a hundred lines of history and more.
  private static final SerializableString CREATED = new SerializedString("created");
  private static final SerializableString CREATED_BY = new SerializedString("created_by");
  private static final SerializableString COMMENT = new SerializedString("comment");

  private ConfigJson() {}

  static ImageConfig read(JsonInput in) throws IOException {
    if (!in.startsObject()) {
      throw in.wrong("an object");
    }
    String os = "";
    String architecture = "";
    String variant = "";
    Optional<String> osVersion = Optional.empty();
    List<String> osFeatures = List.of();
    Optional<Instant> created = Optional.empty();
    Optional<String> author = Optional.empty();
    ContainerConfig container = ContainerConfig.EMPTY;
    List<DiffId> diffIds = List.of();
    List<History> history = new ArrayList<>();
    for (String name = in.nextField(); name != null; name = in.nextField()) {
      switch (name) {
        case "os" -> os = in.text();
        case "architecture" -> architecture = in.text();
        case "variant" -> variant = in.text();
        case "os.version" -> osVersion = in.optionalText();
        case "os.features" -> osFeatures = in.texts();
        case "created" -> created = time(in);
        case "author" -> author = in.optionalText();
        case "config" -> container = ContainerJson.read(in);
        case "rootfs" -> diffIds = readRootfs(in);
        case "history" -> readHistory(in, history);
        default -> in.skip();
      }
    }
    Platform platform =
        Platform.normalised(os.isEmpty() ? "linux" : os, architecture, variant)
            .withSystem(osVersion, osFeatures);
    return new ImageConfig(platform, created, author, container, diffIds, history);
  }

  private static Optional<Instant> time(JsonInput in) throws IOException {
    String text = in.text();
    return text.isEmpty() ? Optional.empty() : Optional.of(Timestamps.parse(text));
  }

  private static List<DiffId> readRootfs(JsonInput in) throws IOException {
    List<DiffId> diffIds = new ArrayList<>();
    if (in.startsObject()) {
      for (String name = in.nextField(); name != null; name = in.nextField()) {
        if (name.equals("diff_ids")) {
          for (String text : in.texts()) {
            diffIds.add(DiffId.parse(text));
          }
        } else {
          in.skip();
        }
      }
    }
    return diffIds;
  }

  private static void readHistory(JsonInput in, List<History> history) throws IOException {
    if (in.startsArray()) {
      while (in.nextElement()) {
        if (in.startsObject()) {
          history.add(readLine(in));
        }
      }
    }
  }

  private static History readLine(JsonInput in) throws IOException {
    Optional<Instant> created = Optional.empty();
    String createdBy = "";
    Optional<String> author = Optional.empty();
    Optional<String> comment = Optional.empty();
    boolean emptyLayer = false;
    for (String name = in.nextField(); name != null; name = in.nextField()) {
      switch (name) {
        case "created" -> created = time(in);
        case "created_by" -> createdBy = in.text();
        case "author" -> author = in.optionalText();
        case "comment" -> comment = in.optionalText();
        case "empty_layer" -> emptyLayer = in.truth();
        default -> in.skip();
      }
    }
    return new History(created, createdBy, author, comment, emptyLayer);
  }

  static void write(ImageConfig config, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("architecture", config.platform().architecture());
    JsonOutput.textField(out, "author", config.author());
    out.writeFieldName("config");
    ContainerJson.write(config.container(), out);
    timeField(out, config.created());
    if (!config.history().isEmpty()) {
      out.writeArrayFieldStart("history");
      for (History line : config.history()) {
        write(line, out);
      }
      out.writeEndArray();
    }
    out.writeStringField("os", config.platform().os());
    JsonOutput.textsField(out, "os.features", config.platform().osFeatures());
    JsonOutput.textField(out, "os.version", config.platform().osVersion());
    out.writeObjectFieldStart("rootfs");
    out.writeStringField("type", "layers");
    out.writeArrayFieldStart("diff_ids");
    for (DiffId diffId : config.diffIds()) {
      JsonOutput.plain(out, diffId.toString());
    }
    out.writeEndArray();
    out.writeEndObject();
    JsonOutput.textField(out, "variant", config.platform().variant());
    out.writeEndObject();
  }

  private static void timeField(JsonGenerator out, Optional<Instant> time) throws IOException {
    if (time.isPresent()) {
      out.writeFieldName(CREATED);
      JsonOutput.plain(out, Timestamps.format(time.get()));
    }
  }

  private static void write(History line, JsonGenerator out) throws IOException {
    out.writeStartObject();
    timeField(out, line.created());
    JsonOutput.textField(out, CREATED_BY, line.createdBy());
    JsonOutput.textField(out, "author", line.author());
    JsonOutput.textField(out, COMMENT, line.comment().orElse(""));
    if (line.emptyLayer()) {
      out.writeBooleanField("empty_layer", true);
    }
    out.writeEndObject();
  }

  static Healthcheck readHealthcheck(JsonInput in) throws IOException {
    List<String> test = List.of();
    long interval = 0;
    long timeout = 0;
    long startPeriod = 0;
    long startInterval = 0;
    long retries = 0;
    for (String name = in.nextField(); name != null; name = in.nextField()) {
      switch (name) {
        case "Test" -> test = in.texts();
        case "Interval" -> interval = in.number();
        case "Timeout" -> timeout = in.number();
        case "StartPeriod" -> startPeriod = in.number();
        case "StartInterval" -> startInterval = in.number();
        case "Retries" -> retries = in.number();
        default -> in.skip();
      }
    }
    return new Healthcheck(
        test,
        Duration.ofNanos(interval),
        Duration.ofNanos(timeout),
        Duration.ofNanos(startPeriod),
        Duration.ofNanos(startInterval),
        Math.toIntExact(retries));
  }
}
