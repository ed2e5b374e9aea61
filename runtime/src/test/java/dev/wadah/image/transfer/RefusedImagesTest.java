package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageException;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests that a registry gives and that are no image for us. */
class RefusedImagesTest {
  private static final String ZERO = Digest.of(new byte[0]).toString();

  @TempDir Path folder;
  private final AtomicInteger blobs = new AtomicInteger();
  private HttpServer server;
  private final Map<String, String> documents = new HashMap<>();
  private String manifest = "";
  private String type = "";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v2/",
        exchange -> {
          if (exchange.getRequestURI().getPath().contains("/blobs/")) {
            blobs.incrementAndGet();
          }
          String path = exchange.getRequestURI().getPath();
          byte[] bytes =
              documents
                  .getOrDefault(path.substring(path.lastIndexOf('/') + 1), manifest)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", type);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void pull() throws IOException {
    Engine engine = Engine.open(folder);
    try {
      new ImageTransfer(engine.content(), engine.images(), engine.registry())
          .pull(
              ImageReference.parse(
                  "localhost:%d/team/old:1".formatted(server.getAddress().getPort())),
              Platform.parse("linux/amd64"),
              TransferProgress.NONE);
    } finally {
      assertThat(engine.content().list()).as("nothing is kept of it").isEmpty();
      assertThat(engine.images().list()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/json"
  })
  void schema1(String contentType) {
    type = contentType;
    manifest = "{\"schemaVersion\":1,\"name\":\"team/old\",\"tag\":\"1\",\"fsLayers\":[]}";
    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("team/old:1 is in Docker's image format 1")
        .hasMessageContaining("retired");
  }

  @Test
  void aConfigThatIsTooLargeBeforeAByteOfItComes() {
    type = MediaTypes.OCI_MANIFEST;
    manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s",
        "size":10737418240},"layers":[]}"""
            .formatted(type, MediaTypes.OCI_CONFIG, ZERO);
    assertThatThrownBy(this::pull).hasMessageContaining("10737418240 bytes, more than the 16 MiB");
    assertThat(blobs).hasValue(0);
  }

  @Test
  void aManifestThatIsNone() {
    type = MediaTypes.OCI_MANIFEST;
    manifest = "{}";
    assertThatThrownBy(this::pull)
        .isInstanceOf(ImageException.class)
        .hasMessageMatching(
            "localhost:\\d+/team/old:1: manifest sha256:.* no valid image manifest.*");
  }

  @Test
  void anArtifactByItsType() {
    type = MediaTypes.OCI_MANIFEST;
    manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","artifactType":"application/vnd.sbom",
        "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"%s","size":2},
        "layers":[]}"""
            .formatted(type, ZERO);
    assertThatThrownBy(this::pull)
        .hasMessageContaining("is an artifact of type application/vnd.sbom, not an image");
    assertThat(blobs).hasValue(0);
  }

  @Test
  void anIndexThatHoldsAttestationsOnly() {
    type = MediaTypes.OCI_INDEX;
    manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":2,
        "platform":{"architecture":"unknown","os":"unknown"}}]}"""
            .formatted(type, MediaTypes.OCI_MANIFEST, ZERO);
    assertThatThrownBy(this::pull)
        .hasMessageContaining("has no image for linux/amd64; there is no image at all");
  }

  @Test
  void anIndexThatLeadsToItself() {
    type = MediaTypes.OCI_INDEX;
    manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":2}]}"""
            .formatted(type, MediaTypes.OCI_INDEX, ZERO);
    assertThatThrownBy(this::pull).isInstanceOf(IOException.class).hasMessageContaining(ZERO);
  }

  private static String index(String digest, int size) {
    return """
        {"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d}]}"""
        .formatted(MediaTypes.OCI_INDEX, MediaTypes.OCI_INDEX, digest, size);
  }

  @Test
  void indexesThatAreNestedAHundredDeep() {
    type = MediaTypes.OCI_INDEX;
    manifest = index(ZERO, 2);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = manifest.getBytes(StandardCharsets.UTF_8);
      String digest = Digest.of(bytes).toString();
      documents.put(digest, manifest);
      manifest = index(digest, bytes.length);
    }
    assertThatThrownBy(this::pull).hasMessageContaining("indexes are nested deeper than 4");
  }

  private static String layers(int count) {
    String layer =
        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":2}".formatted(MediaTypes.OCI_LAYER, ZERO);
    return """
        {"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":2},
        "layers":[%s]}"""
        .formatted(
            MediaTypes.OCI_MANIFEST,
            MediaTypes.OCI_CONFIG,
            ZERO,
            String.join(",", Collections.nCopies(count, layer)));
  }

  @ParameterizedTest
  @CsvSource({"20000, has 20000 layers", "100000, a manifest of more than 4 MiB"})
  void manifestsOfTooManyLayers(int count, String message) {
    type = MediaTypes.OCI_MANIFEST;
    manifest = layers(count);
    assertThatThrownBy(this::pull).isInstanceOf(IOException.class).hasMessageContaining(message);
    assertThat(blobs).hasValue(0);
  }
}
