package dev.wadah.oci;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.wadah.oci.ContainerConfig.Healthcheck;
import dev.wadah.oci.ContainerConfig.Lifecycle;
import dev.wadah.oci.ContainerConfig.ProcessConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The {@code config} part of image configs as JSON, in the field order of Docker's Go structs. */
final class ContainerJson {
  private ContainerJson() {}

  static ContainerConfig read(JsonInput in) throws IOException {
    Fields fields = new Fields();
    if (in.startsObject()) {
      for (String name = in.nextField(); name != null; name = in.nextField()) {
        fields.read(name, in);
      }
    }
    return new ContainerConfig(
        new ProcessConfig(fields.entrypoint, fields.cmd, fields.shell),
        fields.env,
        fields.user,
        fields.workingDir,
        fields.labels,
        fields.volumes,
        fields.exposedPorts,
        new Lifecycle(fields.stopSignal, fields.healthcheck, fields.onBuild));
  }

  /** What has been read. */
  private static final class Fields {
    private Optional<List<String>> entrypoint = Optional.empty();
    private Optional<List<String>> cmd = Optional.empty();
    private Optional<List<String>> shell = Optional.empty();
    private List<String> env = List.of();
    private String user = "";
    private String workingDir = "";
    private Map<String, String> labels = Map.of();
    private TreeSet<String> volumes = new TreeSet<>();
    private TreeSet<String> exposedPorts = new TreeSet<>();
    private Optional<String> stopSignal = Optional.empty();
    private Optional<Healthcheck> healthcheck = Optional.empty();
    private List<String> onBuild = List.of();

    void read(String name, JsonInput in) throws IOException {
      switch (name) {
        case "User" -> user = in.text();
        case "ExposedPorts" -> exposedPorts = new TreeSet<>(in.keys());
        case "Env" -> env = in.texts();
        case "Entrypoint" -> entrypoint = in.optionalTexts();
        case "Cmd" -> cmd = in.optionalTexts();
        case "Volumes" -> volumes = new TreeSet<>(in.keys());
        case "WorkingDir" -> workingDir = in.text();
        case "Labels" -> labels = in.textMap();
        case "StopSignal" -> stopSignal = in.optionalText();
        case "Healthcheck" ->
            healthcheck =
                in.startsObject() ? Optional.of(ConfigJson.readHealthcheck(in)) : Optional.empty();
        case "OnBuild" -> onBuild = in.texts();
        case "Shell" -> shell = in.optionalTexts();
        default -> in.skip();
      }
    }
  }

  static void write(ContainerConfig config, JsonGenerator out) throws IOException {
    out.writeStartObject();
    JsonOutput.textField(out, "User", config.user());
    JsonOutput.keysField(out, "ExposedPorts", config.exposedPorts());
    JsonOutput.textsField(out, "Env", config.env());
    JsonOutput.textsField(out, "Entrypoint", config.process().entrypoint().orElse(List.of()));
    JsonOutput.textsField(out, "Cmd", config.process().cmd().orElse(List.of()));
    JsonOutput.keysField(out, "Volumes", config.volumes());
    JsonOutput.textField(out, "WorkingDir", config.workingDir());
    JsonOutput.textMapField(out, "Labels", config.labels());
    JsonOutput.textField(out, "StopSignal", config.lifecycle().stopSignal());
    if (config.lifecycle().healthcheck().isPresent()) {
      out.writeFieldName("Healthcheck");
      write(config.lifecycle().healthcheck().get(), out);
    }
    JsonOutput.textsField(out, "OnBuild", config.lifecycle().onBuild());
    JsonOutput.textsField(out, "Shell", config.process().shell().orElse(List.of()));
    out.writeEndObject();
  }

  private static void write(Healthcheck check, JsonGenerator out) throws IOException {
    out.writeStartObject();
    JsonOutput.textsField(out, "Test", check.test());
    nanosField(out, "Interval", check.interval());
    nanosField(out, "Timeout", check.timeout());
    nanosField(out, "StartPeriod", check.startPeriod());
    nanosField(out, "StartInterval", check.startInterval());
    if (check.retries() != 0) {
      out.writeNumberField("Retries", check.retries());
    }
    out.writeEndObject();
  }

  private static void nanosField(JsonGenerator out, String name, Duration duration)
      throws IOException {
    if (!duration.isZero()) {
      out.writeNumberField(name, duration.toNanos());
    }
  }
}
