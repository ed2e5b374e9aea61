package dev.wadah.build;

import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Limits;
import dev.wadah.build.gc.Wish;
import dev.wadah.container.Capabilities;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.Sandbox;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Platform;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@link OverlayStoreTest} does with a store, each as a process of its own. */
final class OverlayStore {
  private OverlayStore() {}

  /** What to do, the store, perhaps the context. */
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[1]);
    switch (args[0]) {
      case "make" -> {
        BoxImage.store(root);
      }
      case "build" -> build(Engine.open(root), Path.of(args[2]));
      case "run" -> run(Engine.open(root));
      case "prune" -> prune(root);
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void build(Engine engine, Path context) throws Exception {
    Outcomes outcomes = new Outcomes();
    new Builder(engine).build(BoxImage.request(context, Map.of()), outcomes);
    System.out.print(outcomes.output());
    for (DiffId layer : image(engine).layers().layers()) {
      System.out.println(layer);
    }
  }

  private static Image image(Engine engine) throws IOException {
    return engine.images().find("result", Platform.host()).orElseThrow();
  }

  /** Changes what the next container must not see. */
  private static void run(Engine engine) throws Exception {
    String script = "ls /; cat /d/f; echo changed > /d/f; rm -r /x; ls /proc/self/exe";
    ProcessSpec process =
        new ProcessSpec(
            List.of("/bin/sh", "-c", script),
            List.of("PATH=/bin"),
            "/",
            new UserIds(0, 0, List.of(0), "/"),
            false);
    for (int i = 0; i < 2; i++) {
      try (Snapshotter.State state = engine.snapshots().scratch(image(engine).layers(), "/")) {
        ContainerSpec spec =
            new ContainerSpec(
                state.root(),
                false,
                process,
                List.of(),
                NetworkMode.NONE,
                new HostFiles("box", Optional.empty(), Optional.empty()),
                new SecuritySpec(Capabilities.DEFAULT, true, false, false, false),
                ContainerSpec.Limits.NONE);
        Sandbox.Outcome outcome =
            engine.sandbox().run(spec, new Sandbox.Io.Streams(System.out, System.out));
        System.out.println("exit " + outcome.exitCode());
      }
    }
  }

  private static void prune(Path root) throws Exception {
    Engine engine = Engine.open(root);
    List<String> problems = new ArrayList<>(engine.layers().verify());
    problems.addAll(engine.content().verify());
    System.out.println("problems " + problems);
    Collector collector = Collector.open(root, Instant.now());
    System.out.println(
        "removed "
            + !collector
                .collect(List.of(new Wish(entry -> true, Limits.NONE)))
                .removed()
                .isEmpty());
    System.out.println("layers " + Engine.open(root).layers().list().size());
  }
}
