package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images that move while their registry is gone for two seconds, with the usual patience. */
@Tag("registry")
@Timeout(120)
class RegistryOutageTest {
  private static final int LAYERS = 6;
  private static final int LAYER_BYTES = 3_000_000;

  @TempDir Path folder;
  private final AtomicReference<TestRegistry> registry = new AtomicReference<>();

  @AfterEach
  void stop() throws IOException {
    if (registry.get() != null) {
      registry.get().close();
    }
  }

  private void start(TestRegistry.Kind kind) throws IOException {
    assumeTrue(TestRegistry.usable(kind));
    registry.set(TestRegistry.start(kind, folder.resolve("registry")));
  }

  private static Image image(Engine engine) throws IOException {
    List<DiffId> layers = new ArrayList<>();
    for (int i = 0; i < LAYERS; i++) {
      LayerEntry file = PlainImages.file("/file" + i, PlainImages.noise(i, LAYER_BYTES));
      layers.add(engine.layers().write(List.of(file), LayerStore.Form.TAR));
    }
    return engine.images().assemble(PlainImages.config(Platform.host(), layers), Map.of());
  }

  private ImageReference name(String path) {
    return ImageReference.parse(registry.get().host() + "/" + path);
  }

  private static ImageTransfer transfer(Engine engine) {
    return new ImageTransfer(engine.content(), engine.images(), engine.registry());
  }

  /** Takes the registry away, as soon as some bytes have moved, and gives it back later. */
  private final class Outage implements TransferProgress {
    private final AtomicInteger begun = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "outage");

    @Override
    public void update(Descriptor blob, State state, long bytes) {
      if (state == State.MOVING && bytes > 0 && begun.incrementAndGet() == 1) {
        thread.start();
      }
    }

    private void run() {
      try {
        TestRegistry before = registry.get();
        before.close();
        Thread.sleep(2000);
        registry.set(before.restarted());
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    void await() throws InterruptedException {
      assertThat(begun.get()).as("it was away").isPositive();
      thread.join();
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesNothingInAPushAndAPull(TestRegistry.Kind kind) throws Exception {
    start(kind);
    Engine here = Engine.open(folder.resolve("here"));
    Image image = image(here);
    Outage first = new Outage();
    transfer(here).push(image.descriptor(), name("team/app:1"), first);
    first.await();
    assertThat(
            ImageVerification.ofRegistry(here.registry(), name("team/app:1"))
                .verify(image.descriptor())
                .problems())
        .isEmpty();

    Engine there = Engine.open(folder.resolve("there"));
    Outage second = new Outage();
    ImageTransfer.Pulled pulled = transfer(there).pull(name("team/app:1"), Platform.host(), second);
    second.await();
    assertThat(pulled.target()).isEqualTo(image.descriptor());
    assertThat(there.content().verify()).isEmpty();
    for (Descriptor layer : pulled.image().manifest().layers()) {
      assertThat(there.content().has(layer.digest())).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsNoByteOfABlobToASiblingRepository(TestRegistry.Kind kind) throws Exception {
    start(kind);
    Engine plain = Engine.open(folder.resolve("here"));
    CountingRegistry wire = new CountingRegistry(plain.registry());
    Engine engine = CountingRegistry.counted(plain, wire);
    Image image = image(engine);
    transfer(engine).push(image.descriptor(), name("team/one:1"), TransferProgress.NONE);
    assertThat(wire.blobBytesUp.get()).isGreaterThan((long) LAYERS * LAYER_BYTES);
    wire.blobBytesUp.set(0);
    transfer(engine).push(image.descriptor(), name("team/two:1"), TransferProgress.NONE);
    transfer(engine).push(image.descriptor(), name("team/one:2"), TransferProgress.NONE);
    assertThat(wire.blobBytesUp).hasValue(0);
    Engine there = Engine.open(folder.resolve("there"));
    assertThat(
            transfer(there)
                .pull(name("team/two:1"), Platform.host(), TransferProgress.NONE)
                .target())
        .isEqualTo(image.descriptor());
  }
}
