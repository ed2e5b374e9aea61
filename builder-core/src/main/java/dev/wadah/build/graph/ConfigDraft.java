package dev.wadah.build.graph;

import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ContainerConfig.Healthcheck;
import dev.wadah.oci.ContainerConfig.Lifecycle;
import dev.wadah.oci.ContainerConfig.ProcessConfig;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageConfig.History;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The image config of a stage while its instructions are gone through. */
final class ConfigDraft {
  /** Docker's default on Linux; put into the config of every image that has no PATH. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final String COMMENT = "buildkit.dockerfile.v0";

  private ProcessConfig process;
  private Lifecycle lifecycle;
  private final List<String> env;
  private String user;
  private String workingDir;
  private final Map<String, String> labels;
  private final SortedSet<String> volumes;
  private final SortedSet<String> ports;
  private Optional<String> author;
  private final List<History> history;

  private ConfigDraft(ContainerConfig config, Optional<String> author, List<History> history) {
    this.process = config.process();
    this.lifecycle = config.lifecycle();
    this.env = new ArrayList<>(config.env());
    this.user = config.user();
    this.workingDir = config.workingDir();
    this.labels = new LinkedHashMap<>(config.labels());
    this.volumes = new TreeSet<>(config.volumes());
    this.ports = new TreeSet<>(config.exposedPorts());
    this.author = author;
    this.history = new ArrayList<>(history);
  }

  /** Continues an image. */
  static ConfigDraft of(ImageConfig image) {
    return new ConfigDraft(image.container(), image.author(), image.history());
  }

  /** FROM scratch: Docker puts a working directory and a PATH into it. */
  static ConfigDraft scratch() {
    ConfigDraft draft = new ConfigDraft(ContainerConfig.EMPTY, Optional.empty(), List.of());
    draft.workingDir = "/";
    draft.setEnv("PATH", DEFAULT_PATH);
    return draft;
  }

  ConfigDraft copy() {
    return new ConfigDraft(container(), author, history);
  }

  ContainerConfig container() {
    return new ContainerConfig(process, env, user, workingDir, labels, volumes, ports, lifecycle);
  }

  InstructionGraph.PlannedImage toImage(Platform platform, int inherited) {
    return new InstructionGraph.PlannedImage(platform, author, container(), history, inherited);
  }

  List<String> env() {
    return env;
  }

  /** Sets a variable in its old place, or at the end. */
  void setEnv(String key, String value) {
    String prefix = key + "=";
    for (int i = 0; i < env.size(); i++) {
      if (env.get(i).startsWith(prefix)) {
        env.set(i, prefix + value);
        return;
      }
    }
    env.add(prefix + value);
  }

  /** Puts a PATH in where the image has none. */
  void ensurePath() {
    for (String variable : env) {
      if (variable.startsWith("PATH=")) {
        return;
      }
    }
    env.add("PATH=" + DEFAULT_PATH);
  }

  void cmd(Optional<List<String>> cmd) {
    process =
        new ProcessConfig(process.entrypoint(), cmd.filter(c -> !c.isEmpty()), process.shell());
  }

  void entrypoint(List<String> entrypoint) {
    process =
        new ProcessConfig(
            Optional.of(entrypoint).filter(e -> !e.isEmpty()), process.cmd(), process.shell());
  }

  void shell(List<String> shell) {
    process = new ProcessConfig(process.entrypoint(), process.cmd(), Optional.of(shell));
  }

  /** The shell form's shell. */
  List<String> shell() {
    return process.shell().filter(s -> !s.isEmpty()).orElse(List.of("/bin/sh", "-c"));
  }

  void stopSignal(String signal) {
    lifecycle = new Lifecycle(Optional.of(signal), lifecycle.healthcheck(), lifecycle.onBuild());
  }

  void healthcheck(Healthcheck check) {
    lifecycle = new Lifecycle(lifecycle.stopSignal(), Optional.of(check), lifecycle.onBuild());
  }

  List<String> triggers() {
    return lifecycle.onBuild();
  }

  void addTrigger(String trigger) {
    List<String> more = new ArrayList<>(lifecycle.onBuild());
    more.add(trigger);
    triggers(more);
  }

  void triggers(List<String> triggers) {
    lifecycle = new Lifecycle(lifecycle.stopSignal(), lifecycle.healthcheck(), triggers);
  }

  String user() {
    return user;
  }

  void user(String newUser) {
    this.user = newUser;
  }

  String workingDir() {
    return workingDir;
  }

  void workingDir(String directory) {
    this.workingDir = directory;
  }

  void label(String key, String value) {
    labels.put(key, value);
  }

  void volume(String path) {
    volumes.add(path);
  }

  void port(String port) {
    ports.add(port);
  }

  void author(String newAuthor) {
    this.author = Optional.of(newAuthor);
  }

  int historySize() {
    return history.size();
  }

  /** Adds a history entry of an instruction that only changes the config. */
  void recordConfig(String createdBy) {
    record(createdBy, true);
  }

  /** Adds a history entry of an instruction that makes a layer. */
  void recordLayer(String createdBy) {
    record(createdBy, false);
  }

  private void record(String createdBy, boolean emptyLayer) {
    history.add(
        new History(
            Optional.empty(), createdBy, Optional.empty(), Optional.of(COMMENT), emptyLayer));
  }
}
