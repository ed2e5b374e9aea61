package dev.wadah.build;

import static dev.wadah.build.BoxRequest.NOWHERE;
import static dev.wadah.build.BoxRequest.OWN_CACHE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.Copies;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.image.ImageVerification;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that build on a base in a registry; whatever is known of the base, the image is the one
 * that a machine makes on which the base is unpacked.
 */
abstract class RemoteBase {
  @TempDir Path folder;
  TestRegistry registry;
  Path context;
  int stores;

  @BeforeEach
  void makeContext() throws IOException {
    assumeTrue(BoxImage.usable(), "unpacking a base needs root");
    context = Files.createDirectory(folder.resolve("context"));
    Files.createDirectories(context.resolve("d/l"));
    Files.createDirectory(context.resolve("d/d"));
    Files.deleteIfExists(context.resolve("d/l"));
    Files.writeString(context.resolve("d/d/x"), "x");
    touch("first");
  }

  @AfterEach
  void stop() throws IOException {
    if (registry != null) {
      registry.close();
    }
  }

  /** Changes the file that is copied. */
  void touch(String content) throws IOException {
    Files.writeString(context.resolve("f"), content);
  }

  void start(TestRegistry.Kind kind) throws IOException {
    assumeTrue(TestRegistry.usable(kind), "the registry is not installed");
    registry = TestRegistry.start(kind, folder.resolve("registry" + stores));
  }

  ImageReference name(String path) {
    return ImageReference.parse(registry.host() + "/" + path);
  }

  /** A store of its own. */
  Engine store() throws IOException {
    return Engine.open(folder.resolve("store" + stores++));
  }

  /** One machine, and what goes over its wire. */
  final class Machine {
    final Engine plain;
    CountingRegistry wire;
    List<String> warnings = List.of();
    final List<String> said = Collections.synchronizedList(new ArrayList<>());
    Copies copies = Copies.AS_WRITTEN;
    Engine engine;

    /** Keeps what steps print. */
    private final class Said implements BuildProgress {
      @Override
      public void output(VertexName vertex, int stream, byte[] bytes) {
        said.add(new String(bytes, StandardCharsets.UTF_8));
      }
    }

    Machine() throws IOException {
      this(store());
    }

    Machine(Engine engine) {
      plain = engine;
      count();
    }

    /** Begins to count anew, as another process. */
    void count() {
      wire = new CountingRegistry(plain.registry());
      engine = CountingRegistry.counted(plain, wire);
    }

    List<DiffId> build(String dockerfile, CacheRequest cache, OutputRequest... outputs)
        throws Exception {
      Files.writeString(context.resolve("Dockerfile"), dockerfile);
      BuildRequest request =
          BoxRequest.of(context)
              .pull(PullPolicy.MISSING)
              .cache(cache)
              .steps(new StepRequest("default", List.of(), Set.of(), Limits.NONE, copies))
              .outputs(outputs)
              .names()
              .make();
      BuildResult result = new Builder(engine).build(request, new Said());
      warnings = result.warnings().stream().map(Diagnostic::message).toList();
      return result.images().get(Platform.host()).layers().layers();
    }
  }

  OutputRequest push(String path) {
    return BoxRequest.push(registry.host() + "/" + path);
  }

  /** Every step of the layered base, on that base. */
  String dockerfile(String base) {
    return "FROM " + name(base) + "\n" + LayeredBase.STEPS;
  }

  /** The layers that a machine makes that has all of the base as files. */
  List<DiffId> expected(Image base) throws Exception {
    Machine machine = new Machine();
    for (int i = 0; i < base.manifest().layers().size(); i++) {
      Descriptor blob = base.manifest().layers().get(i);
      try (var in = machine.plain.registry().blob(name("team/base:1"), blob)) {
        machine.plain.content().put(in.readAllBytes());
      }
      machine.plain.images().addLayer(base.config().diffIds().get(i), blob);
    }
    machine.plain.layers().lowerDirectories(base.layers());
    try (Stream<Path> indexes =
        Files.list(machine.plain.store().root().resolve("layers/indexes"))) {
      for (Path index : indexes.toList()) {
        Files.delete(index);
      }
    }
    Machine later = new Machine(Engine.open(machine.plain.store().root()));
    List<DiffId> layers = later.build(dockerfile("team/base:1"), OWN_CACHE, NOWHERE);
    assertThat(later.wire.layerBytesDown).hasValue(0);
    return layers;
  }

  /** Whether what was pushed is whole. */
  void verify(Machine machine, String path, List<DiffId> layers) throws Exception {
    Descriptor pushed = machine.plain.registry().manifest(name(path)).descriptor();
    assertThat(
            ImageVerification.ofRegistry(machine.plain.registry(), name(path))
                .verify(pushed)
                .problems())
        .isEmpty();
    assertThat(layers).hasSizeGreaterThan(10);
  }
}
