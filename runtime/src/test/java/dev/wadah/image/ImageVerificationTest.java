package dev.wadah.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.engine.Engine;
import dev.wadah.image.ImageVerification.Result;
import dev.wadah.image.ImageVerification.Subject;
import dev.wadah.image.archive.Archives;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageVerificationTest {
  @TempDir Path folder;
  private Engine engine;
  private Descriptor target;
  private Image image;

  @BeforeEach
  void load() throws IOException {
    engine = Engine.open(folder);
    target =
        Archives.loaded(engine, "[\"a:1\"]", Archives.layer("a", "1"), Archives.layer("b", "2"))
            .target();
    image = engine.images().read(target, Platform.parse("linux/amd64")).orElseThrow();
  }

  private Result verify() throws IOException {
    return ImageVerification.ofStore(engine.content(), engine.images()).verify(target);
  }

  private void damage(Digest blob, int at) throws IOException {
    Path file = engine.content().path(blob);
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.delete(file);
    Files.write(file, bytes);
  }

  @Test
  void findsNothingWrongWithASoundImage() throws IOException {
    Result result = verify();
    assertThat(result.problems()).isEmpty();
    assertThat(result.checks()).hasSize(6);
  }

  @Test
  void listsEveryLayerThatIsDamaged() throws IOException {
    for (Descriptor layer : image.manifest().layers()) {
      damage(layer.digest(), 40);
    }
    assertThat(verify().problems()).hasSize(2).allMatch(line -> line.contains("expected sha256:"));
  }

  @Test
  void findsADamagedConfig() throws IOException {
    damage(image.id(), 20);
    assertThat(verify().problems())
        .anyMatch(line -> line.startsWith("config " + image.id()) || line.contains("config"));
  }

  @Test
  void findsADamagedManifest() throws IOException {
    damage(target.digest(), 3);
    assertThat(verify().problems()).singleElement().asString().startsWith("manifest ");
  }

  @Test
  void tellsALayerThatHoldsSomethingElseThanTheConfigSays() throws IOException {
    String config = new String(image.configBytes(), StandardCharsets.UTF_8);
    DiffId last = image.config().diffIds().get(1);
    byte[] other =
        config
            .replace(last.digest().hex(), Digest.of(new byte[1]).hex())
            .getBytes(StandardCharsets.UTF_8);
    Manifest old = image.manifest();
    Manifest manifest =
        new Manifest(
            old.mediaType(),
            Descriptor.of(MediaTypes.OCI_CONFIG, engine.content().put(other), other.length),
            old.layers(),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    byte[] bytes = OciJson.write(manifest);
    target = Descriptor.of(MediaTypes.OCI_MANIFEST, engine.content().put(bytes), bytes.length);
    assertThat(verify().problems())
        .containsExactly(
            "layer %s holds the diffID %s, but the config says %s"
                .formatted(old.layers().get(1).digest(), last, Digest.of(new byte[1])));
  }

  @Test
  void verifiesWhatIsInARegistryWithoutKeepingIt() throws IOException {
    Path files = folder.resolve("registry");
    try (RegistryServer server =
        RegistryServer.start(files, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      ImageReference name = ImageReference.parse(server.host() + "/team/app:1");
      new ImageTransfer(engine.content(), engine.images(), engine.registry())
          .push(target, name, TransferProgress.NONE);
      Engine empty = Engine.open(folder.resolve("empty"));
      Result sound = ImageVerification.ofRegistry(empty.registry(), name).verify(target);
      assertThat(sound.problems()).isEmpty();
      assertThat(sound.checks())
          .extracting(ImageVerification.Check::subject)
          .containsExactly(
              Subject.MANIFEST,
              Subject.CONFIG,
              Subject.LAYER,
              Subject.DIFF_ID,
              Subject.LAYER,
              Subject.DIFF_ID);
      assertThat(empty.content().list()).isEmpty();

      Digest layer = image.manifest().layers().get(1).digest();
      Path blob = files.resolve("blobs/sha256").resolve(layer.hex());
      byte[] bytes = Files.readAllBytes(blob);
      bytes[40] ^= 1;
      Files.write(blob, bytes);
      assertThat(ImageVerification.ofRegistry(empty.registry(), name).verify(target).problems())
          .singleElement()
          .asString()
          .contains(layer.toString());
    }
  }
}
