package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every registry must do for us; run against each one that is at hand. */
abstract class RegistryContract {
  static final RetryPolicy QUICK =
      new RetryPolicy(4, Duration.ofMillis(20), Duration.ofMillis(200));

  private static final byte[] CONFIG = "{\"os\":\"linux\",\"rootfs\":{}}".getBytes(UTF_8);

  final HttpRegistry registry = new HttpRegistry(environment(), QUICK);

  /** Host and port. */
  abstract String host();

  /** The variables of the client. */
  Map<String, String> environment() {
    return Map.of("HOME", "/nonexistent");
  }

  private ImageReference reference(String name) {
    return ImageReference.parse(host() + "/" + name);
  }

  private static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static Descriptor blob(byte[] bytes) {
    return Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(bytes), bytes.length);
  }

  private long push(ImageReference to, byte[] bytes, Optional<String> from) throws IOException {
    return registry.pushBlob(to, blob(bytes), from, () -> new ByteArrayInputStream(bytes));
  }

  private Registry.Document image(ImageReference to, byte[] layer) throws IOException {
    push(to, layer, Optional.empty());
    push(to, CONFIG, Optional.empty());
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(CONFIG), CONFIG.length),
            List.of(blob(layer)),
            Map.of("made.by", "the contract"),
            Optional.empty(),
            Optional.empty());
    return new Registry.Document(MediaTypes.OCI_MANIFEST, OciJson.write(manifest));
  }

  @Test
  void givesBackTheBytesThatWerePushed() throws IOException {
    byte[] layer = random(1, 3_000_000);
    ImageReference name = reference("contract/bytes:1");
    Registry.Document document = image(name, layer);
    Descriptor pushed = registry.pushManifest(name, document);

    assertThat(registry.manifest(name).bytes()).isEqualTo(document.bytes());
    assertThat(registry.manifest(name).mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(registry.manifest(name.withDigest(pushed.digest())).bytes())
        .isEqualTo(document.bytes());
    assertThat(registry.head(name)).contains(pushed);
    try (InputStream in = registry.blob(name, blob(layer))) {
      assertThat(in.readAllBytes()).isEqualTo(layer);
    }
  }

  @Test
  void uploadsNothingThatIsThere() throws IOException {
    byte[] layer = random(2, 100_000);
    ImageReference name = reference("contract/twice:1");
    assertThat(push(name, layer, Optional.empty())).isEqualTo(layer.length);
    assertThat(push(name, layer, Optional.empty())).isZero();
  }

  @Test
  void mountsFromASiblingRepository() throws IOException {
    byte[] layer = random(3, 100_000);
    ImageReference first = reference("contract/first:1");
    ImageReference second = reference("contract/second:1");
    push(first, layer, Optional.empty());
    assertThat(registry.hasBlob(second, blob(layer).digest())).isFalse();
    assertThat(push(second, layer, Optional.of(first.repository()))).isZero();
    assertThat(registry.hasBlob(second, blob(layer).digest())).isTrue();
  }

  @Test
  void uploadsWhenTheSourceOfAMountHasNothing() throws IOException {
    byte[] layer = random(4, 1000);
    ImageReference name = reference("contract/nomount:1");
    Optional<String> from = Optional.of(reference("contract/empty:1").repository());
    assertThat(push(name, layer, from)).isEqualTo(1000);
  }

  @Test
  void uploadsAnEmptyBlob() throws IOException {
    assertThat(push(reference("contract/empty:1"), new byte[0], Optional.empty())).isZero();
  }

  @Test
  void tellsWhatWasAskedWhenAManifestIsMissing() throws IOException {
    ImageReference missing = reference("contract/none:7");
    assertThat(registry.head(missing)).isEmpty();
    assertThatThrownBy(() -> registry.manifest(missing))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(host() + "/contract/none:7")
        .hasMessageContaining("/v2/contract/none/manifests/7 gave 404")
        .hasMessageContaining("MANIFEST_UNKNOWN");
  }

  @Test
  void tellsWhatWasAskedWhenABlobIsMissing() {
    assertThatThrownBy(() -> registry.blob(reference("contract/none:7"), blob(CONFIG)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(Digest.of(CONFIG).toString())
        .hasMessageContaining("404");
  }

  @Test
  void storesAnIndexAndListsTags() throws IOException {
    ImageReference name = reference("contract/index:all");
    Registry.Document one = image(name, random(5, 1000));
    Descriptor child = registry.pushManifest(name.withTag("one"), one);
    Index index =
        new Index(
            MediaTypes.OCI_INDEX, List.of(child), Map.of(), Optional.empty(), Optional.empty());
    byte[] bytes = OciJson.write(index);
    registry.pushManifest(name, new Registry.Document(MediaTypes.OCI_INDEX, bytes));
    assertThat(registry.manifest(name).mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(registry.manifest(name).bytes()).isEqualTo(bytes);
    assertThat(registry.tags(name)).containsExactlyInAnyOrder("all", "one");
  }

  @Test
  void refusesContentWithAnotherDigest() {
    Descriptor promised = blob(random(6, 500));
    byte[] other = random(7, 500);
    assertThatThrownBy(
            () ->
                registry.pushBlob(
                    reference("contract/wrong:1"),
                    promised,
                    Optional.empty(),
                    () -> new ByteArrayInputStream(other)))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("DIGEST_INVALID");
  }
}
