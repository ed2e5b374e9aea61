package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.engine.Engine;
import dev.wadah.image.ImageVerification;
import dev.wadah.image.archive.Archives;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCopyTest {
  @TempDir Path folder;
  private RegistryServer one;
  private RegistryServer two;
  private Engine engine;
  private Descriptor target;
  private ImageReference source;
  private final Map<Digest, TransferProgress.State> states = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    one = RegistryServer.start(folder.resolve("one"), any);
    two = RegistryServer.start(folder.resolve("two"), any);
    engine = Engine.open(folder.resolve("store"));
    target =
        Archives.loaded(engine, "[]", Archives.layer("a", "1"), Archives.layer("b", "2")).target();
    source = ImageReference.parse(one.host() + "/team/app:1");
    new ImageTransfer(engine.content(), engine.images(), engine.registry())
        .push(target, source, TransferProgress.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    one.close();
    two.close();
  }

  private void copy(String to) throws IOException {
    new ImageCopy(engine.registry(), (blob, state, bytes) -> states.put(blob.digest(), state))
        .copy(target, source, ImageReference.parse(to));
  }

  @Test
  void mountsWithinAHost() throws IOException {
    copy(one.host() + "/team/copy:1");
    assertThat(states).hasSize(3).values().containsOnly(TransferProgress.State.EXISTS);
    ImageReference place = ImageReference.parse(one.host() + "/team/copy");
    assertThat(engine.registry().head(place.withDigest(target.digest()))).isPresent();
  }

  @Test
  void streamsToAnotherHostAndOnlyOnce() throws IOException {
    copy(two.host() + "/team/copy:1");
    assertThat(states).hasSize(3).values().containsOnly(TransferProgress.State.DONE);
    ImageReference place = ImageReference.parse(two.host() + "/team/copy");
    assertThat(ImageVerification.ofRegistry(engine.registry(), place).verify(target).problems())
        .isEmpty();
    states.clear();
    copy(two.host() + "/team/copy:1");
    assertThat(states).isEmpty();
  }

  @Test
  void copiesNothingThatIsDamaged() throws IOException {
    Digest layer =
        engine
            .images()
            .read(target, dev.wadah.oci.Platform.parse("linux/amd64"))
            .orElseThrow()
            .manifest()
            .layers()
            .get(0)
            .digest();
    Path blob = folder.resolve("one/blobs/sha256").resolve(layer.hex());
    byte[] bytes = Files.readAllBytes(blob);
    bytes[600] ^= 1;
    Files.write(blob, bytes);
    assertThatThrownBy(() -> copy(two.host() + "/team/copy:1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(layer.toString());
    ImageReference place = ImageReference.parse(two.host() + "/team/copy");
    assertThat(engine.registry().hasBlob(place, layer)).isFalse();
    assertThat(engine.registry().head(place.withDigest(target.digest()))).isEmpty();
  }
}
