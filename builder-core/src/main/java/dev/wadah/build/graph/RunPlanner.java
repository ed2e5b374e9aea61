package dev.wadah.build.graph;

import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Plans one RUN. */
final class RunPlanner {
  /** Where the script of a here-document with a shebang is mounted; the name is BuildKit's. */
  private static final String SCRIPTS = "/dev/pipes/";

  private static final Set<String> PROXIES =
      Set.of("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy");

  private final StagePlanner stage;
  private final StageState state;
  private final List<Vertex> inputs = new ArrayList<>();
  private final List<Op.Mount> mounts = new ArrayList<>();

  RunPlanner(StagePlanner stage) {
    this.stage = stage;
    this.state = stage.state();
  }

  void plan(Instruction.Run run) {
    refuseDevices(run);
    inputs.add(state.root());
    List<String> arguments = arguments(run);
    MountPlanner mountPlanner = new MountPlanner(stage, inputs);
    for (Instruction.Mount mount : run.mounts()) {
      mounts.add(mountPlanner.plan(mount));
    }
    Op.Surroundings process =
        new Op.Surroundings(state.env().toList(), state.directory(), state.config().user());
    Op.Exec exec =
        new Op.Exec(
            arguments,
            process,
            mounts,
            network(run.network()),
            insecure(run.security()),
            stage.scope().request().steps().hosts(),
            proxies(),
            state.platform());
    stage.step(exec, inputs, run);
    state.config().recordLayer("RUN " + state.historyArguments(arguments) + " # buildkit");
  }

  private List<String> arguments(Instruction.Run run) {
    if (run.command() instanceof Command.Exec exec) {
      return exec.arguments();
    }
    String line = ((Command.Shell) run.command()).line();
    List<Heredoc> heredocs = run.heredocs();
    if (heredocs.size() == 1 && isHeredocAlone(line)) {
      Heredoc script = heredocs.get(0);
      if (script.body().startsWith("#!")) {
        mounts.add(new Op.Mount.Script(SCRIPTS, script.name(), script.body()));
        return List.of(SCRIPTS + script.name());
      }
      return inShell(script.body());
    }
    StringBuilder text = new StringBuilder(line);
    for (Heredoc heredoc : heredocs) {
      text.append('\n').append(heredoc.body()).append(heredoc.name());
    }
    return inShell(text.toString());
  }

  /** Whether the line is nothing but a {@code <<WORD}: then the document is the script. */
  private static boolean isHeredocAlone(String line) {
    String text = line.strip();
    int start = 0;
    while (start < text.length() && Character.isDigit(text.charAt(start))) {
      start++;
    }
    if (!text.startsWith("<<", start)) {
      return false;
    }
    String word = text.substring(start + 2);
    return word.chars()
        .noneMatch(
            c ->
                Character.isWhitespace(c)
                    || c == '<'
                    || c == '|'
                    || c == '>'
                    || c == ';'
                    || c == '&');
  }

  private List<String> inShell(String script) {
    List<String> arguments = new ArrayList<>(state.config().shell());
    arguments.add(script);
    return arguments;
  }

  private Op.Network network(Optional<Word> flag) {
    if (flag.isEmpty()) {
      return stage.scope().request().steps().network();
    }
    String value = stage.expand(flag.get());
    switch (value) {
      case "default" -> {
        return stage.scope().request().steps().network();
      }
      case "none" -> {
        return Op.Network.NONE;
      }
      case "host" -> {
        require("network.host", "--network=host", flag.get());
        return Op.Network.HOST;
      }
      default ->
          throw stage.complaint(
              "invalid-network",
              "invalid network mode \"%s\"".formatted(value),
              flag.get().span(),
              "RUN --network takes default, none or host",
              Suggestions.nearest(value, List.of("default", "none", "host"))
                  .map("did you mean \"%s\"?"::formatted)
                  .orElse("write --network=none or --network=host"));
    }
  }

  private boolean insecure(Optional<Word> flag) {
    if (flag.isEmpty()) {
      return false;
    }
    String value = stage.expand(flag.get());
    if (value.equals("sandbox")) {
      return false;
    }
    if (!value.equals("insecure")) {
      throw stage.complaint(
          "invalid-security",
          "security mode \"%s\" is not supported".formatted(value),
          flag.get().span(),
          "RUN --security takes sandbox or insecure",
          "write --security=sandbox or --security=insecure");
    }
    require("security.insecure", "--security=insecure", flag.get());
    return true;
  }

  private void require(String entitlement, String flag, Word word) {
    if (!stage.scope().request().steps().entitlements().contains(entitlement)) {
      throw stage.complaint(
          "missing-entitlement",
          "%s needs the entitlement %s, which is not granted".formatted(flag, entitlement),
          word.span(),
          "a Dockerfile may not give itself rights on this machine",
          "if you trust the Dockerfile, build with --allow " + entitlement);
    }
  }

  private void refuseDevices(Instruction.Run run) {
    if (!run.devices().isEmpty()) {
      throw stage.complaint(
          "devices-unsupported",
          "RUN --device=%s is not supported".formatted(run.devices().get(0).text()),
          run.devices().get(0).span(),
          "this builder hands no devices of the machine to a step",
          "drop --device");
    }
  }

  /** Proxies of the command line that no ARG or ENV hides. */
  private Map<String, String> proxies() {
    Map<String, String> proxies = new TreeMap<>();
    stage
        .scope()
        .request()
        .buildArgs()
        .forEach(
            (name, value) -> {
              if (PROXIES.contains(name.toLowerCase(Locale.ROOT))) {
                offer(proxies, name.toUpperCase(Locale.ROOT), value);
                offer(proxies, name.toLowerCase(Locale.ROOT), value);
              }
            });
    return proxies;
  }

  private void offer(Map<String, String> proxies, String name, String value) {
    if (!state.env().values().containsKey(name)) {
      proxies.put(name, value);
    }
  }
}
