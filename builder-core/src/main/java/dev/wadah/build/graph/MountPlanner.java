package dev.wadah.build.graph;

import dev.wadah.dockerfile.Instruction;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Plans the mounts of one RUN; sources that are vertices become inputs of it. */
final class MountPlanner {
  private static final String SECRETS = "/run/secrets/";

  private final StagePlanner stage;
  private final List<Vertex> inputs;

  MountPlanner(StagePlanner stage, List<Vertex> inputs) {
    this.stage = stage;
    this.inputs = inputs;
  }

  Op.Mount plan(Instruction.Mount mount) {
    MountOptions options = new MountOptions(stage, mount);
    switch (mount.type()) {
      case BIND -> {
        return bind(mount, options);
      }
      case CACHE -> {
        return cache(mount, options);
      }
      case TMPFS -> {
        return new Op.Mount.Tmpfs(target(mount, options), options.sizeBytes());
      }
      case SECRET -> {
        return secret(mount, options);
      }
      case SSH -> {
        return ssh(options);
      }
    }
    throw new IllegalStateException("mount type " + mount.type());
  }

  private Op.Mount bind(Instruction.Mount mount, MountOptions options) {
    Optional<String> from = from(mount);
    Vertex input = from.isPresent() ? stage.source(from.get(), mount.span()) : stage.mainContext();
    // Bind mounts are read-only unless they say otherwise.
    boolean writable = !options.flag("readonly", true);
    return new Op.Mount.Bind(
        StagePlanner.inputNumber(inputs, input), source(options), target(mount, options), writable);
  }

  private Op.Mount cache(Instruction.Mount mount, MountOptions options) {
    String target = target(mount, options);
    OptionalInt seed = OptionalInt.empty();
    Optional<String> from = from(mount);
    if (from.isPresent()) {
      seed =
          OptionalInt.of(StagePlanner.inputNumber(inputs, stage.source(from.get(), mount.span())));
    }
    // The id defaults to the target as written, which may be relative.
    String id =
        options.value("id").orElseGet(() -> options.value("target").map(MountPlanner::clean).get());
    return new Op.Mount.Cache(
        id,
        target,
        sharing(mount, options),
        options.flag("readonly", false),
        seed,
        source(options),
        options.ownership());
  }

  private static String clean(String path) {
    String clean = Paths.absolute("/", path);
    return path.startsWith("/") ? clean : clean.substring(1);
  }

  private Op.Sharing sharing(Instruction.Mount mount, MountOptions options) {
    String value = options.value("sharing").orElse("shared");
    switch (value) {
      case "shared" -> {
        return Op.Sharing.SHARED;
      }
      case "private" -> {
        return Op.Sharing.PRIVATE;
      }
      case "locked" -> {
        return Op.Sharing.LOCKED;
      }
      default ->
          throw stage.complaint(
              "invalid-mount",
              "unsupported sharing value \"%s\"".formatted(value),
              mount.span(),
              "a cache mount is shared, private or locked",
              "write sharing=locked for tools that cannot share, such as apt");
    }
  }

  private Op.Mount secret(Instruction.Mount mount, MountOptions options) {
    Optional<String> target = options.value("target").filter(t -> !t.isEmpty());
    Optional<String> env = options.value("env").filter(e -> !e.isEmpty());
    String id =
        options
            .value("source")
            .or(() -> options.value("id"))
            .filter(i -> !i.isEmpty())
            .or(() -> target.map(Paths::fileName))
            .or(() -> env)
            .orElseThrow(
                () ->
                    stage.complaint(
                        "invalid-mount",
                        "one of id, target required for a secret mount",
                        mount.span(),
                        "a secret is found by its id",
                        "write --mount=type=secret,id=NAME"));
    Optional<String> file = target.map(t -> Paths.absolute(stage.state().directory(), t));
    if (env.isEmpty() && file.isEmpty()) {
      file = Optional.of(SECRETS + Paths.fileName(id));
    }
    return new Op.Mount.Secret(id, file, env, options.flag("required", false), options.ownership());
  }

  private Op.Mount ssh(MountOptions options) {
    String id =
        options
            .value("source")
            .or(() -> options.value("id"))
            .filter(i -> !i.isEmpty())
            .orElse("default");
    Optional<String> target =
        options
            .value("target")
            .filter(t -> !t.isEmpty())
            .map(t -> Paths.absolute(stage.state().directory(), t));
    return new Op.Mount.Ssh(id, target, options.flag("required", false), options.ownership());
  }

  private Optional<String> from(Instruction.Mount mount) {
    Optional<String> from = mount.option("from").filter(f -> !f.isEmpty());
    if (from.isPresent() && from.get().indexOf('$') >= 0) {
      throw stage.complaint(
          "variable-in-from",
          "'from' doesn't support variable expansion, \"%s\" has one".formatted(from.get()),
          mount.span(),
          "from= names a stage, an image or a named context literally",
          "define a stage with FROM %s AS NAME and use its name".formatted(from.get()));
    }
    return from;
  }

  private static String source(MountOptions options) {
    return Paths.absolute("/", options.value("source").orElse("/"));
  }

  private String target(Instruction.Mount mount, MountOptions options) {
    Optional<String> written = options.value("target").filter(t -> !t.isEmpty());
    String kind = mount.type().name().toLowerCase(Locale.ROOT);
    if (written.isEmpty()) {
      throw stage.complaint(
          "invalid-mount",
          "target is required for a %s mount".formatted(kind),
          mount.span(),
          "the mount needs a place in the container",
          "add target=/path");
    }
    String target = Paths.absolute(stage.state().directory(), written.get());
    if (target.equals("/")) {
      throw stage.complaint(
          "invalid-mount",
          "invalid mount target \"%s\"".formatted(written.get()),
          mount.span(),
          "a mount on / would hide the whole image",
          "choose a directory below /");
    }
    return target;
  }
}
