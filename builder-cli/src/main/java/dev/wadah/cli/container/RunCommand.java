package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Sandbox;
import dev.wadah.container.UserLookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code wadah run}. */
public final class RunCommand implements Command {
  @Override
  public CommandModel model() {
    return RunFlags.model();
  }

  /** As docker's: 2 may be what the container's program returns. */
  @Override
  public int usageCode() {
    return ExitCode.CONTAINER_NOT_STARTED;
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    try {
      return start(arguments, session);
    } catch (CommandException
        | dev.wadah.image.ImageException
        | dev.wadah.registry.RegistryException e) {
      // Docker's code for whatever keeps a container from starting.
      throw new NotStartedException(e);
    }
  }

  private static int start(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().isEmpty()) {
      throw new UsageException("\"run\" needs an image", "", "wadah run IMAGE [COMMAND]");
    }
    List<Attachment> attachments = AttachmentFlags.parse(arguments);
    Console console = session.console();
    if (arguments.has("tty") && arguments.has("interactive") && !console.isInputTerminal()) {
      throw new UsageException(
          "--tty with --interactive needs a terminal, and standard input is none",
          "",
          "leave out --tty");
    }
    String id = ContainerId.random();
    // What can be wrong with flags is said before a registry is asked, let alone an image pulled.
    SpecFlags flags = new SpecFlags(arguments, console.environment(), id);
    RunImage wanted = RunImage.of(arguments);
    Optional<String> idFile = arguments.value("cidfile");
    if (idFile.isPresent()) {
      requireAbsent(Path.of(idFile.get()));
    }
    Engine engine = session.engine();
    engine.sandbox().require();
    Image image = wanted.find(engine, console);
    if (idFile.isPresent()) {
      Files.writeString(Path.of(idFile.get()), id, StandardOpenOption.CREATE_NEW);
    }
    ContainerConfig config = image.config().container();
    try (Snapshotter.State root = engine.snapshots().scratch(image.layers(), "/");
        Attachments attached =
            Attachments.prepare(engine, image.layers(), attachments, config.volumes())) {
      UserIds user = user(arguments, engine, image);
      ProcessSpec process = flags.process(config, user);
      ContainerSpec spec = flags.spec(root.root(), process, attached.mounts());
      for (String remark : engine.layers().takeRemarks()) {
        console.err().println("wadah: warning: " + remark);
      }
      session.settle(pins(image, attached));
      Sandbox.Outcome outcome = engine.sandbox().run(spec, io(arguments, console));
      for (String note : outcome.notes()) {
        console.err().println("wadah: warning: " + note);
      }
      return outcome.exitCode();
    }
  }

  /** What the container needs of the store as long as it runs. */
  private static List<String> pins(Image image, Attachments attached) {
    List<String> pins = new ArrayList<>(attached.pins());
    pins.add("image " + image.id());
    image.layers().layers().forEach(layer -> pins.add("layer " + layer));
    return pins;
  }

  private static Sandbox.Io io(Arguments arguments, Console console) {
    console.out().flush();
    console.err().flush();
    return console.streams() == Console.Streams.OWN
        ? new Sandbox.Io.Inherit(arguments.has("interactive"), arguments.has("tty"))
        : new Sandbox.Io.Streams(console.out(), console.err());
  }

  private static void requireAbsent(Path idFile) throws CommandException {
    if (Files.exists(idFile)) {
      throw new CommandException(
          "id-file-exists",
          "the file \"%s\" for the container's id is there already".formatted(idFile),
          "another container may have written it",
          "remove it, or name another one");
    }
  }

  private static UserIds user(Arguments arguments, Engine engine, Image image) throws IOException {
    String user = arguments.value("user").orElse(image.config().container().user());
    FileTree tree = engine.layers().tree(image.layers());
    UserIds ids = UserLookup.find(tree, user);
    List<Integer> groups = new ArrayList<>(ids.groups());
    for (String group : arguments.values("group-add")) {
      groups.add(UserLookup.find(tree, "0:" + group).gid());
    }
    return new UserIds(ids.uid(), ids.gid(), groups, ids.home());
  }
}
