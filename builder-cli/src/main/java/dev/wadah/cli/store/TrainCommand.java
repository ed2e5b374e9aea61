package dev.wadah.cli.store;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Main;
import dev.wadah.cli.Session;
import dev.wadah.cli.Trees;
import dev.wadah.engine.Engine;
import dev.wadah.layer.LayerStack;
import dev.wadah.posix.Natives;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code wadah train}: does a little of what is done most in a scratch folder, so that a JVM that
 * watches can write down which classes commands need. Started by bin/wadah; not for people.
 *
 * <p>Each class that is written down costs every start some 10 microseconds. What takes its time
 * anyway, such as loading an image, is therefore not trained, and {@code train network} and {@code
 * train traces} make other archives, for the commands that talk to registries, and for builds that
 * are sent as traces.
 */
public final class TrainCommand implements Command {
  private static final String DOCKERFILE =
      """
      # syntax=docker/dockerfile:1
      ARG NAME=train
      FROM scratch AS first
      ARG NAME
      COPY --chmod=644 *.txt /data/${NAME}/
      FROM scratch
      LABEL name="train"
      ENV PATH=/bin:/usr/bin A="b c"
      WORKDIR /work
      COPY --from=first /data /data
      COPY <<EOF /heredoc
      text
      EOF
      EXPOSE 80/tcp 90-91/udp
      VOLUME /data
      HEALTHCHECK --interval=5s CMD ["/bin/launcher"]
      ONBUILD ENV C=d
      ENTRYPOINT ["/bin/launcher"]
      CMD ["--version"]
      """;

  /** Needs rights that not everybody has; if it fails, the other builds have still been trained. */
  private static final String STEPS =
      """
      FROM scratch AS root
      COPY launcher /bin/
      COPY . "/files"
      COPY folder/ .
      COPY <<EOF /etc/passwd
      root:x:0:0:root:/root:/bin/sh
      EOF
      FROM train:1 AS named
      FROM root
      ARG VERSION=1
      LABEL a=1 b=2
      COPY --from=named /data/ /etc/data/
      SHELL ["/bin/launcher", "--version"]
      USER 1000:1000
      RUN --mount=type=cache,target=/cache --mount=type=bind,from=root,target=/root \\
          --mount=type=tmpfs,target=/tmp --network=none ["/bin/launcher", "--version"]
      RUN again
      USER 0
      STOPSIGNAL SIGTERM
      ENTRYPOINT ["/bin/launcher", "--version"]
      """;

  /** Stages beside each other, and files of theirs. */
  private static final String STAGES =
      """
      FROM train:4 AS one
      RUN ["/bin/launcher", "--version"]
      FROM train:4 AS two
      RUN ["/bin/launcher", "--help"]
      FROM train:4
      COPY --from=one /bin/launcher /one
      COPY --from=two /etc/passwd /
      """;

  /** So long that its layer is hashed in a thread of its own. */
  private static final int LONG_BYTES = 4 << 20;

  private static final int FOLDERS = 300;

  @Override
  public CommandModel model() {
    return CommandModel.of("train", "[network|traces]", "Load the classes that commands need.")
        .arguments(
            "KIND", "0..1", "Those of commands that talk to registries, or of builds with traces");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Path folder = Files.createTempDirectory("wadah-train");
    try {
      Consoles consoles = new Consoles(session.console(), folder);
      if (arguments.positional().contains("network")) {
        new NetworkTraining(folder, consoles).run();
      } else if (arguments.positional().contains("traces")) {
        TraceTraining.run(consoles.over(folder.resolve("store")), traced -> builds(folder, traced));
      } else {
        builds(folder, consoles.over(folder.resolve("store")));
      }
      return ExitCode.OK;
    } finally {
      Trees.delete(folder);
    }
  }

  private static void builds(Path folder, Console quiet) throws IOException {
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
    Files.writeString(context.resolve("a.txt"), "a\n");
    Files.writeString(context.resolve(".dockerignore"), "*.log\n");
    Files.writeString(Files.createDirectory(context.resolve("folder")).resolve("b.txt"), "b\n");
    Main.run(quiet, "--version");
    Main.run(quiet, "build", "--progress=plain", "-t", "train:1", context.toString());
    Main.run(quiet, "build", "-q", "-t", "train:2", context.toString());
    steps(context, quiet);
    many(folder.resolve("many"), quiet);
    change(folder.resolve("store"));
    Main.run(quiet, "images");
    Main.run(quiet, "tag", "train:1", "train:3");
    Main.run(quiet, "inspect", "--format", "{{json .Config}}", "train:1");
    Main.run(quiet, "history", "train:1");
    Main.run(quiet, "build", "--no-such-flag", context.toString());
  }

  private static void steps(Path context, Console quiet) throws IOException {
    Files.copy(Natives.file("launcher"), context.resolve("launcher"));
    String steps = context.resolve("Steps").toString();
    Files.writeString(context.resolve("Steps"), STEPS);
    String[] build = {"build", "--progress=plain", "-t", "train:4", "-f", steps, "" + context};
    if (Main.run(quiet, build) != ExitCode.OK) {
      // What follows would look for its base in a registry, and have HTTP and TLS written down.
      return;
    }
    Main.run(quiet, "build", "-q", "-t", "train:4", "-f", steps, context.toString());
    String stages = context.resolve("Stages").toString();
    Files.writeString(context.resolve("Stages"), STAGES);
    Main.run(quiet, "build", "-q", "--no-cache", "-f", stages, context.toString());
    Main.run(quiet, "run", "--rm", "--pull=never", "--network", "none", "train:4");
  }

  /**
   * What is done in several threads only when there is much of it: folders, files, bytes. So many
   * folders that the thread which reads ahead finds some left, on a busy machine too.
   */
  private static void many(Path context, Console quiet) throws IOException {
    for (int i = 0; i < FOLDERS; i++) {
      Path folder = Files.createDirectories(context.resolve("folder" + i));
      Files.writeString(folder.resolve("file"), "text " + i);
    }
    Files.write(context.resolve("long"), new byte[LONG_BYTES]);
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY . /many\n");
    Main.run(quiet, "build", "-q", context.toString());
  }

  /**
   * Makes a layer of files, which no program that is certainly there would leave, and one that
   * changes what is in it.
   */
  private static void change(Path root) throws IOException {
    Snapshotter snapshots = Engine.open(root).snapshots();
    LayerStack stack = LayerStack.EMPTY;
    for (String file : List.of("file", "another")) {
      try (Snapshotter.Active active = snapshots.prepare(stack)) {
        if (active.root().upper().isPresent()) {
          Path folder = Files.createDirectories(active.root().upper().get().resolve("folder"));
          Files.writeString(folder.resolve(file), "text\n");
          Files.createSymbolicLink(folder.resolve("to-" + file), Path.of(file));
          stack = stack.plus(active.commit(List.of()));
        }
      }
    }
  }

  /** Consoles that say nothing, over stores of their own. */
  record Consoles(Console original, Path folder) {
    /** A console whose commands use the store at {@code root}, and no settings of the user. */
    Console over(Path root) {
      Map<String, String> environment = new HashMap<>(original.environment());
      environment.put("WADAH_HOME", root.toString());
      environment.put("DOCKER_CONFIG", folder.resolve("docker").toString());
      environment.remove("REGISTRY_AUTH_FILE");
      environment.remove("DOCKER_AUTH_CONFIG");
      environment.put("NO_PROXY", "*");
      PrintStream nowhere =
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
      return new Console(
          InputStream.nullInputStream(), nowhere, nowhere, environment, "", Console.Streams.OWN);
    }
  }
}
