package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.registry.PullOnTheWay;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Sandbox;
import dev.wadah.container.UserLookup;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
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
    writeId(arguments, id);
    Engine engine = session.engine();
    Image image = image(arguments, engine, console);
    ContainerConfig config = image.config().container();
    try (Snapshotter.State root = engine.snapshots().scratch(image.layers(), "/");
        Attachments attached =
            Attachments.prepare(engine, image.layers(), attachments, config.volumes())) {
      SpecFlags flags = new SpecFlags(arguments, console.environment(), id);
      UserIds user = user(arguments, engine, image);
      ProcessSpec process = flags.process(config, user);
      ContainerSpec spec = flags.spec(root.root(), process, attached.mounts());
      session.settle(pins(image, attached));
      return engine.sandbox().run(spec, io(arguments, console)).exitCode();
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

  private static void writeId(Arguments arguments, String id) throws IOException {
    Optional<String> file = arguments.value("cidfile");
    if (file.isPresent()) {
      Files.writeString(Path.of(file.get()), id, StandardOpenOption.CREATE_NEW);
    }
  }

  private static Image image(Arguments arguments, Engine engine, Console console) throws Exception {
    String name = arguments.positional().get(0);
    Platform platform = Lookup.platform(arguments.value("platform"));
    PullPolicy policy =
        switch (arguments.oneOf("pull", "missing", List.of("always", "missing", "never"))) {
          case "always" -> PullPolicy.ALWAYS;
          case "never" -> PullPolicy.NEVER;
          default -> PullPolicy.MISSING;
        };
    if (policy != PullPolicy.ALWAYS) {
      // An id is no reference, but may be here.
      Optional<Image> here = engine.images().find(name, platform);
      if (here.isPresent()) {
        return here.get();
      }
    }
    ImageReference reference = Lookup.reference(name);
    if (policy == PullPolicy.NEVER) {
      return engine.images().resolve(reference, platform, policy);
    }
    PullOnTheWay.Reason reason =
        policy == PullPolicy.MISSING ? PullOnTheWay.Reason.MISSING : PullOnTheWay.Reason.WANTED;
    return new PullOnTheWay(engine, console).pull(reference, platform, reason);
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
