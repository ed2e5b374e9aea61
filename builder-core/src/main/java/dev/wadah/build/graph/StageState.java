package dev.wadah.build.graph;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Span;
import dev.wadah.oci.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far a stage has got: its root, config and variables. */
final class StageState {
  private final Platform platform;
  private final ConfigDraft config;
  private final Env env;
  private final Map<String, Optional<String>> declared;
  private final int inherited;
  private Vertex root;
  private String directory;
  private boolean cmdSet;
  private Optional<Span> triggerSpan = Optional.empty();

  /** Begins a stage on an image, on nothing, or on files. */
  StageState(Platform platform, Vertex root, ConfigDraft config) {
    this.platform = platform;
    this.root = root;
    this.config = config;
    this.env = new Env();
    this.declared = new LinkedHashMap<>();
    this.inherited = config.historySize();
    start();
  }

  /** Begins a stage that continues {@code parent}, whose ARGs stay in sight. */
  StageState(StageState parent) {
    this.platform = parent.platform;
    this.root = parent.root;
    this.config = parent.config.copy();
    this.env = new Env(parent.env);
    this.declared = new LinkedHashMap<>(parent.declared);
    this.inherited = parent.inherited;
    start();
  }

  private void start() {
    config.ensurePath();
    for (String variable : config.env()) {
      int equals = variable.indexOf('=');
      if (equals < 0) {
        env.set(variable, "");
      } else {
        env.set(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    directory = Paths.absolute("/", config.workingDir());
    if (!config.workingDir().isEmpty()) {
      config.workingDir(directory);
    }
  }

  Platform platform() {
    return platform;
  }

  ConfigDraft config() {
    return config;
  }

  Env env() {
    return env;
  }

  /** The ARGs declared so far, with the value that they would have if no ENV hid it. */
  Map<String, Optional<String>> declared() {
    return declared;
  }

  int inherited() {
    return inherited;
  }

  Vertex root() {
    return root;
  }

  void root(Vertex newRoot) {
    this.root = newRoot;
  }

  /** The directory that relative paths start from; absolute also where the config has none. */
  String directory() {
    return directory;
  }

  void directory(String absolute) {
    this.directory = absolute;
    config.workingDir(absolute);
  }

  boolean cmdSet() {
    return cmdSet;
  }

  void markCmdSet() {
    this.cmdSet = true;
  }

  /** Says that instructions come from a trigger now, which the FROM at {@code span} fires. */
  void firing(Optional<Span> span) {
    this.triggerSpan = span;
  }

  boolean isFiring() {
    return triggerSpan.isPresent();
  }

  /** Where to point at: a trigger's own positions are not in this file. */
  Span blame(Span span) {
    return triggerSpan.orElse(span);
  }

  Span span(Instruction instruction) {
    return blame(instruction.span());
  }

  /** The prefix of RUN's history entry: the ARGs that the command sees. */
  String historyArguments(List<String> arguments) {
    StringBuilder text = new StringBuilder();
    if (!declared.isEmpty()) {
      text.append('|').append(declared.size()).append(' ');
      declared.forEach(
          (name, value) -> {
            String seen = env.values().get(name);
            text.append(name).append('=').append(seen != null ? seen : value.orElse(""));
            text.append(' ');
          });
    }
    return text.append(String.join(" ", arguments)).toString();
  }
}
