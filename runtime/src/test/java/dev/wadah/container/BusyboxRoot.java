package dev.wadah.container;

import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A root file system made of the machine's static busybox, and containers on it. */
final class BusyboxRoot {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  final Path lower;
  final Path upper;
  private final Path work;
  final LauncherSandbox sandbox;

  BusyboxRoot(Path directory) throws IOException {
    lower = Files.createDirectories(directory.resolve("lower"));
    upper = Files.createDirectories(directory.resolve("upper"));
    work = Files.createDirectories(directory.resolve("work"));
    sandbox = new LauncherSandbox(directory.resolve("sandbox"));
    Files.createDirectories(lower.resolve("bin"));
    Files.createDirectories(lower.resolve("etc"));
    Path tmp = Files.createDirectories(lower.resolve("tmp"));
    Files.setPosixFilePermissions(tmp, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.copy(BUSYBOX, lower.resolve("bin/busybox"));
    for (String applet :
        ("sh ls cat true false id sleep mount umount echo ps grep kill awk stat head wc sort mkdir touch tr"
                + " rm ln readlink hostname ip env pwd mknod chroot unshare nice sync dd df tty test printf seq"
                + " stty setsid tail chmod")
            .split(" ", -1)) {
      Files.createSymbolicLink(lower.resolve("bin").resolve(applet), Path.of("busybox"));
    }
  }

  /** Whether containers can run here; a machine that must not skip says WADAH_MUST_WORK=1. */
  static boolean usable() {
    return "1".equals(System.getenv("WADAH_MUST_WORK"))
        || (Files.isExecutable(BUSYBOX) && "root".equals(System.getProperty("user.name")));
  }

  RootMount root() {
    return new RootMount(List.of(lower), Optional.of(upper), Optional.of(work));
  }

  /** A container that differs from the usual one where the test says so. */
  static final class Options {
    RootMount root;
    boolean readOnlyRoot;
    UserIds user = new UserIds(0, 0, List.of(0), "/root");
    boolean init;
    String directory = "/";
    List<String> env = List.of("PATH=/bin");
    List<MountSpec> mounts = List.of();
    NetworkMode network = NetworkMode.NONE;
    HostFiles host = new HostFiles("box", Optional.of("127.0.0.1 localhost\n"), Optional.of("#\n"));
    SecuritySpec security = new SecuritySpec(Capabilities.DEFAULT, true, false, false, false);
    Limits limits = Limits.NONE;
  }

  Options options() {
    Options options = new Options();
    options.root = root();
    return options;
  }

  static ContainerSpec spec(Options options, List<String> arguments) {
    return new ContainerSpec(
        options.root,
        options.readOnlyRoot,
        new ProcessSpec(arguments, options.env, options.directory, options.user, options.init),
        options.mounts,
        options.network,
        options.host,
        options.security,
        options.limits);
  }

  /** What a container printed, and how it ended. */
  record Result(Sandbox.Outcome outcome, String out, String err) {
    int exitCode() {
      return outcome.exitCode();
    }

    List<String> lines() {
      List<String> lines = new ArrayList<>(out.lines().toList());
      return lines;
    }
  }

  Result sh(String script) throws IOException {
    return sh(options(), script);
  }

  Result sh(Options options, String script) throws IOException {
    return run(options, List.of("/bin/sh", "-c", script));
  }

  Result run(Options options, List<String> arguments) throws IOException {
    return run(sandbox, options, arguments);
  }

  static Result run(LauncherSandbox sandbox, Options options, List<String> arguments)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Sandbox.Outcome outcome =
        sandbox.run(spec(options, arguments), new Sandbox.Io.Streams(out, err));
    return new Result(
        outcome, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
