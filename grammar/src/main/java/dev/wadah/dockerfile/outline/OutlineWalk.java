package dev.wadah.dockerfile.outline;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Instruction.MountType;
import dev.wadah.dockerfile.Instruction.Pair;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.check.GlobalArgs;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import dev.wadah.dockerfile.expand.WordExpander.Expansion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Walks the stages of a target in the order of the file and collects their parameters. */
final class OutlineWalk {
  private final Dockerfile file;
  private final GlobalArgs globals;
  private final Map<String, String> buildArgs;
  private final WordExpander expander;
  private final Map<String, Outline.Arg> globalArgs = new LinkedHashMap<>();

  /** Global args that the default of a global arg uses. */
  private final Map<String, Set<String>> uses = new HashMap<>();

  private final Map<String, Outline.Arg> args = new LinkedHashMap<>();
  private final Map<String, Outline.Secret> secrets = new LinkedHashMap<>();
  private final Map<String, Outline.SshAgent> sshAgents = new LinkedHashMap<>();
  private final Map<String, Outline.CacheMount> cacheMounts = new LinkedHashMap<>();

  /** What each walked stage knows at its end, by its name. */
  private final Map<String, Map<String, String>> environments = new HashMap<>();

  OutlineWalk(Dockerfile file, GlobalArgs globals, Map<String, String> buildArgs) {
    this.file = file;
    this.globals = globals;
    this.buildArgs = buildArgs;
    this.expander = globals.expander();
    for (Instruction.Arg arg : file.globalArgs()) {
      for (Instruction.Arg.Declaration declaration : arg.declarations()) {
        addGlobal(arg, declaration);
      }
    }
  }

  private void addGlobal(Instruction.Arg arg, Instruction.Arg.Declaration declaration) {
    String name = declaration.name().text();
    globalArgs.put(name, info(arg, name, Optional.ofNullable(globals.values().get(name))));
    Set<String> used = uses.computeIfAbsent(name, n -> new LinkedHashSet<>());
    declaration
        .defaultValue()
        .flatMap(globals::expansion)
        .map(Expansion::matched)
        .ifPresent(used::addAll);
  }

  private Outline.Arg info(Instruction.Arg arg, String name, Optional<String> value) {
    Optional<String> description = Optional.empty();
    for (String comment : file.commentsAbove(arg.span().startLine())) {
      if (description.isEmpty() && comment.startsWith(name + " ")) {
        description = Optional.of(comment.substring(name.length() + 1));
      }
    }
    return new Outline.Arg(name, value, description, arg.span());
  }

  void add(Stage stage) {
    useGlobals(globals.expansion(stage.from().image()));
    stage.from().platform().ifPresent(word -> useGlobals(globals.expansion(word)));
    String base = globals.expand(stage.from().image()).orElse("");
    Map<String, String> environment = new HashMap<>(environments.getOrDefault(base, Map.of()));
    for (Instruction instruction : stage.instructions()) {
      if (instruction instanceof Instruction.Arg arg) {
        arg.declarations().forEach(declaration -> declare(arg, declaration, environment));
      } else if (instruction instanceof Instruction.Env env) {
        set(env, environment);
      } else if (instruction instanceof Instruction.Run run) {
        run.mounts().forEach(mount -> mount(run, mount, environment));
      }
    }
    stage.name().ifPresent(name -> environments.put(name, environment));
  }

  private void useGlobals(Optional<Expansion> expansion) {
    expansion.ifPresent(value -> value.matched().forEach(this::useGlobal));
  }

  private void useGlobal(String name) {
    Outline.Arg arg = globalArgs.get(name);
    if (arg != null && args.putIfAbsent(name, arg) == null) {
      uses.get(name).forEach(this::useGlobal);
    }
  }

  /** An ARG of a stage without a default takes the global one; predefined args are not listed. */
  private void declare(
      Instruction.Arg arg,
      Instruction.Arg.Declaration declaration,
      Map<String, String> environment) {
    String name = declaration.name().text();
    boolean inherits = declaration.defaultValue().isEmpty() && !buildArgs.containsKey(name);
    if (inherits && globals.values().containsKey(name)) {
      environment.put(name, globals.values().get(name));
      useGlobal(name);
      return;
    }
    Optional<String> value =
        Optional.ofNullable(buildArgs.get(name))
            .or(() -> declaration.defaultValue().map(word -> value(word.text(), environment)));
    value.ifPresent(v -> environment.put(name, v));
    args.put(name, info(arg, name, value));
  }

  private void set(Instruction.Env env, Map<String, String> environment) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Pair pair : env.pairs()) {
      values.put(value(pair.key().text(), environment), value(pair.value().text(), environment));
    }
    environment.putAll(values);
  }

  private void mount(Instruction.Run run, Mount mount, Map<String, String> environment) {
    String target = option(mount, "target", environment);
    String id = option(mount, "id", environment);
    boolean required = option(mount, "required", environment).equals("true");
    Span span = run.span();
    if (mount.type() == MountType.SECRET) {
      String source = option(mount, "source", environment);
      String name = !id.isEmpty() ? id : !source.isEmpty() ? source : lastPart(target);
      secrets.putIfAbsent(name, new Outline.Secret(name, required, span));
    } else if (mount.type() == MountType.SSH) {
      String name = id.isEmpty() ? "default" : id;
      sshAgents.putIfAbsent(name, new Outline.SshAgent(name, required, span));
    } else if (mount.type() == MountType.CACHE) {
      String name = id.isEmpty() ? target : id;
      cacheMounts.putIfAbsent(name, new Outline.CacheMount(name, span));
    }
  }

  private String option(Mount mount, String key, Map<String, String> environment) {
    return mount.option(key).map(v -> value(v, environment)).orElse("");
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The value of a word; one that cannot be expanded is shown as it is written. */
  private String value(String word, Map<String, String> environment) {
    try {
      return expander.expand(word, environment).value();
    } catch (ExpansionException e) {
      return word;
    }
  }

  Outline outline(Stage target) {
    List<Outline.Arg> sorted = new ArrayList<>(args.values());
    sorted.sort(Comparator.comparingInt(arg -> arg.span().startLine()));
    return new Outline(
        target.name(),
        target.description(),
        sorted,
        new ArrayList<>(secrets.values()),
        new ArrayList<>(sshAgents.values()),
        new ArrayList<>(cacheMounts.values()));
  }
}
