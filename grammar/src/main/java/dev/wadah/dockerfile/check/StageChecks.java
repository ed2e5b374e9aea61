package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Instruction.Arg;
import dev.wadah.dockerfile.Instruction.Command;
import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Instruction.MountOption;
import dev.wadah.dockerfile.Instruction.Pair;
import dev.wadah.dockerfile.Instruction.Transfer;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander.Expansion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checks of the instructions of one stage, which is walked as a build would walk it. */
final class StageChecks implements Instruction.Visitor<Void> {
  private final Dockerfile file;
  private final GlobalArgs globals;
  private final CheckContext context;
  private final StageScope scope;
  private final Findings findings;

  /** Where findings are reported: the instruction, or FROM for a trigger. */
  private Span place;

  StageChecks(
      Dockerfile file,
      GlobalArgs globals,
      CheckContext context,
      StageScope scope,
      Findings findings) {
    this.file = file;
    this.globals = globals;
    this.context = context;
    this.scope = scope;
    this.findings = findings;
  }

  void run(Stage stage, StageScope parent, Optional<CheckContext.Base> base) {
    if (parent != null) {
      parent.triggers.forEach(t -> trigger(stage, t.trigger()));
    }
    base.ifPresent(image -> image.triggers().forEach(t -> trigger(stage, t)));
    for (Instruction instruction : stage.instructions()) {
      place = instruction.span();
      instruction.accept(this);
    }
  }

  private void trigger(Stage stage, String text) {
    place = stage.from().span();
    parsed(text).ifPresent(instruction -> instruction.accept(this));
  }

  /** The instruction of a trigger; empty if it cannot run, which fails the build. */
  private Optional<Instruction> parsed(String trigger) {
    try {
      return Optional.of(DockerfileParser.parseTrigger(trigger, file.source().name()));
    } catch (DockerfileException e) {
      return Optional.empty();
    }
  }

  /** The value of a word; a word that cannot be expanded fails the build and is left as it is. */
  private String expand(String word) {
    try {
      return checked(globals.expander().expand(word, scope.variables));
    } catch (ExpansionException e) {
      return word;
    }
  }

  private String checked(Expansion expansion) {
    for (String name : expansion.unmatched()) {
      if (!scope.args.contains(name)) {
        String hint =
            Suggestions.nearestForDocker(name, scope.variables.keySet())
                .map(near -> " (did you mean $" + near + "?)")
                .orElse("");
        findings.add(
            CheckRule.UNDEFINED_VAR, place, "Usage of undefined variable '$" + name + "'" + hint);
      }
    }
    return expansion.value();
  }

  @Override
  public Void visitFrom(Instruction.From from) {
    return null;
  }

  @Override
  public Void visitArg(Arg arg) {
    for (Arg.Declaration declaration : arg.declarations()) {
      String name = declaration.name().text();
      secret("ARG", name);
      String given = context.buildArgs().get(name);
      if (given != null) {
        scope.variables.put(name, given);
      } else if (declaration.defaultValue().isPresent()) {
        scope.variables.put(name, expand(declaration.defaultValue().get().text()));
      } else if (globals.values().containsKey(name)) {
        scope.variables.put(name, globals.values().get(name));
      }
      scope.args.add(name);
    }
    return null;
  }

  @Override
  public Void visitEnv(Instruction.Env env) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Pair pair : env.pairs()) {
      String key = expand(pair.key().text());
      values.put(key, expand(pair.value().text()));
      legacy(env, pair);
      secret("ENV", key);
    }
    scope.variables.putAll(values);
    return null;
  }

  @Override
  public Void visitLabel(Instruction.Label label) {
    for (Pair pair : label.pairs()) {
      expand(pair.key().text());
      expand(pair.value().text());
      legacy(label, pair);
    }
    return null;
  }

  private void legacy(Instruction instruction, Pair pair) {
    if (pair.legacy()) {
      String name = instruction.origin().keyword();
      findings.add(
          CheckRule.LEGACY_KEY_VALUE_FORMAT,
          place,
          "\"%s key=value\" should be used instead of legacy \"%s key value\" format"
              .formatted(name, name));
    }
  }

  private void secret(String instruction, String name) {
    if (SecretNames.isSecret(name)) {
      findings.add(
          CheckRule.SECRETS_USED_IN_ARG_OR_ENV,
          place,
          "Do not use ARG or ENV instructions for sensitive data (%s \"%s\")"
              .formatted(instruction, name));
    }
  }

  @Override
  public Void visitMaintainer(Instruction.Maintainer maintainer) {
    return null;
  }

  @Override
  public Void visitRun(Instruction.Run run) {
    for (Mount mount : run.mounts()) {
      for (MountOption option : mount.options()) {
        expand(option.value());
      }
    }
    return null;
  }

  @Override
  public Void visitCopy(Instruction.Copy copy) {
    boolean fromContext = copy.transfer().flags().from().isEmpty();
    transfer(copy.transfer(), fromContext ? "Copy" : "");
    return null;
  }

  @Override
  public Void visitAdd(Instruction.Add add) {
    add.checksum().ifPresent(word -> expand(word.text()));
    transfer(add.transfer(), "Add");
    return null;
  }

  /** Checks sources against the ignore file when {@code verb}, as Docker says it, is not empty. */
  private void transfer(Transfer transfer, String verb) {
    transfer.flags().chown().ifPresent(word -> expand(word.text()));
    transfer.flags().chmod().ifPresent(word -> expand(word.text()));
    for (Word source : transfer.sources()) {
      String path = expand(source.text());
      if (!verb.isEmpty() && !isRemote(path) && context.isIgnored().test(path)) {
        findings.add(
            CheckRule.COPY_IGNORED_FILE,
            place,
            "Attempting to %s file \"%s\" that is excluded by .dockerignore".formatted(verb, path));
      }
    }
    expand(transfer.destination().text());
    transfer.heredocs().forEach(this::heredoc);
  }

  private static boolean isRemote(String source) {
    return source.contains("://") || source.startsWith("git@");
  }

  private void heredoc(Heredoc heredoc) {
    if (heredoc.expand()) {
      expansion(heredoc).ifPresent(this::checked);
    }
  }

  /** The expanded body; empty if it cannot be expanded, which fails the build. */
  private Optional<Expansion> expansion(Heredoc heredoc) {
    try {
      return Optional.of(globals.expander().expandHeredoc(heredoc.body(), scope.variables));
    } catch (ExpansionException e) {
      return Optional.empty();
    }
  }

  @Override
  public Void visitWorkdir(Instruction.Workdir workdir) {
    String path = expand(workdir.path().text());
    if (!scope.workdirSet && !path.startsWith("/")) {
      findings.add(
          CheckRule.WORKDIR_RELATIVE_PATH,
          place,
          "Relative workdir \"%s\" can have unexpected results if the base image changes"
              .formatted(path));
    }
    scope.workdirSet = true;
    return null;
  }

  @Override
  public Void visitUser(Instruction.User user) {
    expand(user.user().text());
    return null;
  }

  @Override
  public Void visitExpose(Instruction.Expose expose) {
    for (Word word : expose.ports()) {
      words(word).forEach(this::port);
    }
    return null;
  }

  /** The ports that a word stands for; none if it cannot be expanded, which fails the build. */
  private List<String> words(Word word) {
    try {
      return globals.expander().expandToWords(word.text(), scope.variables);
    } catch (ExpansionException e) {
      return List.of();
    }
  }

  private void port(String port) {
    String protocol = port.substring(port.indexOf('/') + 1);
    boolean named = port.indexOf('/') >= 0;
    if (named && !protocol.equals(protocol.toLowerCase(Locale.ROOT))) {
      findings.add(
          CheckRule.EXPOSE_PROTO_CASING,
          place,
          "Defined protocol '" + port + "' in EXPOSE instruction should be lowercase");
    }
    if (port.indexOf(':') >= 0) {
      findings.add(
          CheckRule.EXPOSE_INVALID_FORMAT,
          place,
          "EXPOSE instruction should not define an IP address or host-port mapping, found '"
              + port
              + "'");
    }
  }

  @Override
  public Void visitVolume(Instruction.Volume volume) {
    volume.paths().forEach(word -> expand(word.text()));
    return null;
  }

  @Override
  public Void visitCmd(Instruction.Cmd cmd) {
    onlyOnce(cmd);
    jsonRecommended(cmd, cmd.command());
    return null;
  }

  @Override
  public Void visitEntrypoint(Instruction.Entrypoint entrypoint) {
    onlyOnce(entrypoint);
    jsonRecommended(entrypoint, entrypoint.command());
    return null;
  }

  @Override
  public Void visitHealthCheck(Instruction.HealthCheck healthCheck) {
    onlyOnce(healthCheck);
    return null;
  }

  /** Speaks at the earlier one: that is the one without effect. */
  private void onlyOnce(Instruction instruction) {
    String keyword = instruction.origin().keyword();
    Span earlier = scope.last.put(keyword.toUpperCase(Locale.ROOT), place);
    if (earlier != null) {
      findings.add(
          CheckRule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
          earlier,
          "Multiple %s instructions should not be used in the same stage because only the last one"
                  .formatted(keyword)
              + " will be used");
    }
  }

  /** Who chose a shell meant the shell form. */
  private void jsonRecommended(Instruction instruction, Command command) {
    if (command instanceof Command.Shell && !scope.shellSet) {
      findings.add(
          CheckRule.JSON_ARGS_RECOMMENDED,
          place,
          "JSON arguments recommended for %s to prevent unintended behavior related to OS signals"
              .formatted(instruction.origin().keyword()));
    }
  }

  @Override
  public Void visitShell(Instruction.Shell shell) {
    scope.shellSet = true;
    return null;
  }

  @Override
  public Void visitStopSignal(Instruction.StopSignal stopSignal) {
    expand(stopSignal.signal().text());
    return null;
  }

  @Override
  public Void visitOnBuild(Instruction.OnBuild onBuild) {
    scope.triggers.add(onBuild);
    return null;
  }

  /** Names of variables that look like secrets: one of their parts between underscores says so. */
  private static final class SecretNames {
    private static final Set<String> WORDS =
        Set.of(
            "apikey",
            "auth",
            "credential",
            "credentials",
            "key",
            "password",
            "pword",
            "passwd",
            "secret",
            "token");

    private SecretNames() {}

    static boolean isSecret(String name) {
      boolean secret = false;
      for (String part : name.toLowerCase(Locale.ROOT).split("_", -1)) {
        if (part.equals("public")) {
          return false;
        }
        secret |= WORDS.contains(part);
      }
      return secret;
    }
  }
}
