package dev.wadah.build.graph;

import dev.wadah.build.files.FileAction;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Word;
import dev.wadah.oci.ContainerConfig.Healthcheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Applies instructions to the state of a stage, one after the other. */
final class InstructionPlanner implements Instruction.Visitor<Void> {
  /** ARGs that steer an SBOM scanner and are kept from the environment. */
  private static final Set<String> NOT_IN_ENVIRONMENT =
      Set.of("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE");

  private final StagePlanner stage;
  private final StageState state;
  private final ConfigDraft config;

  InstructionPlanner(StagePlanner stage) {
    this.stage = stage;
    this.state = stage.state();
    this.config = state.config();
  }

  @Override
  public Void visitFrom(Instruction.From from) {
    throw new IllegalStateException("FROM within a stage");
  }

  @Override
  public Void visitArg(Instruction.Arg arg) {
    List<String> texts = new ArrayList<>();
    for (Instruction.Arg.Declaration declaration : arg.declarations()) {
      String name = stage.expand(declaration.name());
      Optional<String> value = argument(name, declaration.defaultValue());
      if (value.isPresent() && !NOT_IN_ENVIRONMENT.contains(name)) {
        state.env().set(name, value.get());
      }
      state.declared().put(name, value);
      texts.add(name + value.map(v -> "=" + v).orElse(""));
    }
    config.recordConfig("ARG " + String.join(" ", texts));
    return null;
  }

  /** The command line wins, then the default here, then the global value. */
  private Optional<String> argument(String name, Optional<Word> defaultValue) {
    String given = stage.scope().request().buildArgs().get(name);
    if (given != null) {
      return Optional.of(given);
    }
    if (defaultValue.isPresent()) {
      return stage.expand(defaultValue);
    }
    return Optional.ofNullable(stage.scope().globals().get(name));
  }

  @Override
  public Void visitEnv(Instruction.Env env) {
    StringBuilder text = new StringBuilder("ENV");
    List<String[]> pairs = expand(env.pairs());
    for (String[] pair : pairs) {
      state.env().set(pair[0], pair[1]);
      config.setEnv(pair[0], pair[1]);
      text.append(' ').append(pair[0]).append('=').append(pair[1]);
    }
    config.recordConfig(text.toString());
    return null;
  }

  @Override
  public Void visitLabel(Instruction.Label label) {
    StringBuilder text = new StringBuilder("LABEL");
    for (String[] pair : expand(label.pairs())) {
      config.label(pair[0], pair[1]);
      text.append(' ').append(pair[0]).append('=').append(pair[1]);
    }
    config.recordConfig(text.toString());
    return null;
  }

  /** All pairs of one instruction see the variables as they were before it. */
  private List<String[]> expand(List<Instruction.Pair> pairs) {
    List<String[]> expanded = new ArrayList<>(pairs.size());
    for (Instruction.Pair pair : pairs) {
      String key = stage.expand(pair.key());
      if (key.isEmpty()) {
        throw stage.complaint(
            "blank-name",
            "names can not be blank: \"%s\" expands to nothing".formatted(pair.key().text()),
            pair.key().span(),
            "every variable and label needs a name",
            "give the variable in the name a value");
      }
      expanded.add(new String[] {key, stage.expand(pair.value())});
    }
    return expanded;
  }

  @Override
  public Void visitMaintainer(Instruction.Maintainer maintainer) {
    // Not expanded, unlike nearly everything else.
    String name = maintainer.name().text();
    config.author(name);
    config.recordConfig("MAINTAINER " + name);
    return null;
  }

  @Override
  public Void visitRun(Instruction.Run run) {
    new RunPlanner(stage).plan(run);
    return null;
  }

  @Override
  public Void visitCopy(Instruction.Copy copy) {
    new CopyPlanner(stage).plan(copy);
    return null;
  }

  @Override
  public Void visitAdd(Instruction.Add add) {
    new CopyPlanner(stage).plan(add);
    return null;
  }

  @Override
  public Void visitWorkdir(Instruction.Workdir workdir) {
    String path = stage.expand(workdir.path());
    state.directory(Paths.absolute(state.directory(), path));
    String directory = state.directory();
    if (directory.equals("/")) {
      config.recordConfig("WORKDIR /");
      return null;
    }
    FileAction make = new FileAction.MakeDirectory(directory, config.user());
    Op.Placement placement = stage.placement(config.user());
    stage.step(new Op.File(List.of(make), placement), List.of(state.root()), workdir);
    config.recordLayer("WORKDIR " + directory);
    return null;
  }

  @Override
  public Void visitUser(Instruction.User user) {
    config.user(stage.expand(user.user()));
    config.recordConfig("USER " + config.user());
    return null;
  }

  @Override
  public Void visitExpose(Instruction.Expose expose) {
    List<String> ports = new ArrayList<>();
    for (Word word : expose.ports()) {
      for (String text : stage.scope().expandToWords(word, state.env().values())) {
        try {
          ports.addAll(Ports.parse(text));
        } catch (IllegalArgumentException e) {
          throw stage.complaint(
              "invalid-port",
              e.getMessage(),
              word.span(),
              "EXPOSE takes PORT or FIRST-LAST with /tcp, /udp or /sctp, up to 65535",
              "write for instance 8080, 8000-8010 or 53/udp");
        }
      }
    }
    ports.forEach(config::port);
    config.recordConfig("EXPOSE " + GoText.plain(ports));
    return null;
  }

  @Override
  public Void visitVolume(Instruction.Volume volume) {
    List<String> paths = new ArrayList<>();
    for (Word word : volume.paths()) {
      String path = stage.expand(word);
      if (path.isEmpty()) {
        throw stage.complaint(
            "blank-volume",
            "VOLUME specified can not be an empty string",
            word.span(),
            "a volume is a directory in the container",
            "name the directory");
      }
      config.volume(path);
      paths.add(path);
    }
    config.recordConfig("VOLUME " + GoText.plain(paths));
    return null;
  }

  @Override
  public Void visitCmd(Instruction.Cmd cmd) {
    List<String> arguments = arguments(cmd.command());
    state.markCmdSet();
    config.cmd(Optional.of(arguments));
    config.recordConfig("CMD " + GoText.quoted(arguments));
    return null;
  }

  @Override
  public Void visitEntrypoint(Instruction.Entrypoint entrypoint) {
    List<String> arguments = arguments(entrypoint.command());
    config.entrypoint(arguments);
    if (!state.cmdSet()) {
      // The CMD of a base belongs to the base's ENTRYPOINT.
      config.cmd(Optional.empty());
    }
    config.recordConfig("ENTRYPOINT " + GoText.quoted(arguments));
    return null;
  }

  private List<String> arguments(Command command) {
    if (command instanceof Command.Exec exec) {
      return exec.arguments();
    }
    List<String> arguments = new ArrayList<>(config.shell());
    arguments.add(((Command.Shell) command).line());
    return arguments;
  }

  @Override
  public Void visitShell(Instruction.Shell shell) {
    config.shell(shell.arguments());
    config.recordConfig("SHELL " + GoText.plain(shell.arguments()));
    return null;
  }

  @Override
  public Void visitStopSignal(Instruction.StopSignal stopSignal) {
    String signal = stage.expand(stopSignal.signal());
    if (!Signals.isSignal(signal)) {
      throw stage.complaint(
          "invalid-signal",
          "invalid signal: \"%s\"".formatted(signal),
          stopSignal.signal().span(),
          "STOPSIGNAL takes a number or a name of signal(7)",
          "write for instance SIGTERM, QUIT or 9");
    }
    config.stopSignal(signal);
    config.recordConfig("STOPSIGNAL " + signal);
    return null;
  }

  @Override
  public Void visitHealthCheck(Instruction.HealthCheck check) {
    Healthcheck healthcheck = Healthchecks.of(check);
    config.healthcheck(healthcheck);
    config.recordConfig("HEALTHCHECK " + Healthchecks.text(healthcheck));
    return null;
  }

  @Override
  public Void visitOnBuild(Instruction.OnBuild onBuild) {
    // No history entry: Docker writes none either.
    config.addTrigger(onBuild.trigger());
    return null;
  }

  /** Turns HEALTHCHECK into what the config holds and the history shows. */
  private static final class Healthchecks {
    static Healthcheck of(Instruction.HealthCheck check) {
      Instruction.HealthCheck.Timing timing = check.timing();
      return new Healthcheck(
          check.test().map(Healthchecks::test).orElse(List.of("NONE")),
          Duration.ofNanos(timing.intervalNanos()),
          Duration.ofNanos(timing.timeoutNanos()),
          Duration.ofNanos(timing.startPeriodNanos()),
          Duration.ofNanos(timing.startIntervalNanos()),
          timing.retries());
    }

    private static List<String> test(Command command) {
      if (command instanceof Command.Shell shell) {
        return List.of("CMD-SHELL", shell.line());
      }
      List<String> test = new ArrayList<>();
      test.add("CMD");
      test.addAll(((Command.Exec) command).arguments());
      return test;
    }

    static String text(Healthcheck check) {
      return "{Test:%s Interval:%s Timeout:%s StartPeriod:%s StartInterval:%s Retries:%d}"
          .formatted(
              GoText.plain(check.test()),
              GoText.duration(check.interval()),
              GoText.duration(check.timeout()),
              GoText.duration(check.startPeriod()),
              GoText.duration(check.startInterval()),
              check.retries());
    }
  }
}
