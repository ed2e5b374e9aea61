package dev.wadah.benchmarks;

import dev.wadah.container.Capabilities;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.LauncherSandbox;
import dev.wadah.container.Sandbox;
import dev.wadah.content.Places;
import dev.wadah.posix.Processes;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Times {@code echo} in a container of the launcher and of runc, in turn: from the call until its
 * output is there, and until everything is gone. The launcher's has a writable overlay, docker's
 * seccomp profile, its /dev and masked paths; runc's has a plain directory, read-only, and no
 * seccomp filter, which favours runc.
 */
public final class ContainerStart {
  private static final int WARM_UP = 20;

  private final Path room;
  private final Path lower;
  private final Sandbox sandbox;
  private int count;

  private ContainerStart(Path room, Path busybox) throws IOException {
    this.room = room;
    this.lower = Files.createDirectories(room.resolve("bundle/rootfs"));
    Files.createDirectories(lower.resolve("bin"));
    Files.copy(busybox, lower.resolve("bin/echo"), StandardCopyOption.COPY_ATTRIBUTES);
    for (String directory : List.of("dev", "proc", "sys", "etc")) {
      Files.createDirectories(lower.resolve(directory));
    }
    this.sandbox = new LauncherSandbox(room.resolve("sandbox"));
  }

  /**
   * Runs the comparison.
   *
   * @param args an empty directory, a static busybox, the path of runc, the number of runs
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path room = Path.of(args[0]).toAbsolutePath();
    ContainerStart start = new ContainerStart(room, Path.of(args[1]));
    String runc = args[2];
    int runs = Integer.parseInt(args[3]);
    start.makeBundle(runc);
    for (int i = 0; i < WARM_UP; i++) {
      start.launcher();
    }
    Times[] ours = new Times[runs];
    Times[] theirs = new Times[runs];
    for (int i = 0; i < runs; i++) {
      ours[i] = start.launcher();
      theirs[i] = start.runc(runc);
    }
    print("until it runs", values(ours, Times::started), values(theirs, Times::started));
    print("until it is gone", values(ours, Times::gone), values(theirs, Times::gone));
  }

  /** Milliseconds after the call. */
  private record Times(double started, double gone) {}

  private static double[] values(Times[] times, ToDoubleFunction<Times> value) {
    return Arrays.stream(times).mapToDouble(value).sorted().toArray();
  }

  private static void print(String what, double[] ours, double[] theirs) {
    double median = ours[ours.length / 2];
    double other = theirs[theirs.length / 2];
    System.out.printf(
        Locale.ROOT,
        "%-17s launcher %6.2f ms (least %.2f)   runc run %6.2f ms (least %.2f)   ratio %.3f (%.3f)%n",
        what,
        median,
        ours[0],
        other,
        theirs[0],
        median / other,
        ours[0] / theirs[0]);
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  /**
   * Making the writable directories, as a build does, is not counted; they stay, as a layer stays.
   */
  private Times launcher() throws IOException {
    Path state = room.resolve("state" + count++);
    Places.makeDirectory(room, state.toString());
    Path upper = Files.createDirectory(state.resolve("upper"));
    Path work = Files.createDirectory(state.resolve("work"));
    ContainerSpec spec = spec(new RootMount(List.of(lower), Optional.of(upper), Optional.of(work)));
    double[] started = new double[1];
    long begin = System.nanoTime();
    OutputStream out =
        new OutputStream() {
          @Override
          public void write(int value) {
            started[0] = since(begin);
          }
        };
    Sandbox.Outcome outcome = sandbox.run(spec, new Sandbox.Io.Streams(out, System.err));
    double gone = since(begin);
    if (outcome.exitCode() != 0) {
      throw new IOException("the launcher's container ended with " + outcome.exitCode());
    }
    return new Times(started[0], gone);
  }

  private static ContainerSpec spec(RootMount root) {
    return new ContainerSpec(
        root,
        false,
        new ProcessSpec(
            List.of("/bin/echo", "x"),
            List.of("PATH=/bin"),
            "/",
            new UserIds(0, 0, List.of(0), "/root"),
            false),
        List.of(),
        NetworkMode.HOST,
        new HostFiles("box", Optional.of("127.0.0.1 localhost\n"), Optional.of("")),
        new SecuritySpec(Capabilities.DEFAULT, true, false, true, false),
        Limits.NONE);
  }

  private Times runc(String program) throws IOException {
    String[] arguments = {
      "runc",
      "--root",
      room.resolve("runc").toString(),
      "run",
      "--bundle",
      room.resolve("bundle").toString(),
      "wadah-benchmark-" + ProcessHandle.current().pid() + "-" + count++
    };
    int input = Processes.open("/dev/null", Processes.READ);
    int[] pipe = Processes.pipe();
    byte[] buffer = new byte[64];
    long begin = System.nanoTime();
    int pid =
        Processes.spawn(program, arguments, new String[] {"PATH=/"}, new int[] {input, pipe[1], 2});
    Processes.close(pipe[1]);
    Processes.read(pipe[0], buffer, 0, buffer.length);
    double started = since(begin);
    int code = Processes.waitFor(pid);
    double gone = since(begin);
    Processes.close(pipe[0]);
    Processes.close(input);
    if (code != 0) {
      throw new IOException("runc ended with " + code);
    }
    return new Times(started, gone);
  }

  /** What {@code runc spec} writes, with the machine's network and {@code echo}. */
  private void makeBundle(String program) throws IOException, InterruptedException {
    Path bundle = room.resolve("bundle");
    Process process =
        new ProcessBuilder(program, "spec", "--bundle", bundle.toString()).inheritIO().start();
    if (process.waitFor() != 0) {
      throw new IOException("runc spec failed");
    }
    String config = Files.readString(bundle.resolve("config.json"));
    Map<String, String> changes =
        Map.of(
            "\"terminal\": true",
            "\"terminal\": false",
            "\"sh\"",
            "\"/bin/echo\", \"x\"",
            "\"type\": \"network\"",
            "\"type\": \"ipc\"");
    for (Map.Entry<String, String> change : changes.entrySet()) {
      config = config.replace(change.getKey(), change.getValue());
    }
    // The namespace that was that of the network is now named twice.
    config = config.replaceFirst("\\{\\s*\"type\": \"ipc\"\\s*\\},\\s*", "");
    Files.writeString(bundle.resolve("config.json"), config);
  }
}
