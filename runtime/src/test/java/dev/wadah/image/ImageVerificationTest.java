package dev.wadah.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.engine.Engine;
import dev.wadah.image.ImageVerification.Result;
import dev.wadah.image.archive.Archives;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    return new ImageVerification(engine.content(), engine.layers(), engine.images()).verify(target);
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
    assertThat(result.checked()).isEqualTo(6);
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
}
