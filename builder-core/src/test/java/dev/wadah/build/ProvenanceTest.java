package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.engine.Engine;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a metadata file holds, compared with docker buildx 0.29's. */
@Tag("linux")
@Timeout(60)
class ProvenanceTest {
  @TempDir Path folder;
  private Path context;
  private Engine engine;

  @BeforeEach
  void makeContext() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(BoxImage.usable(), "needs root and busybox");
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM box\nFROM box AS last\nLABEL a=b\n");
    engine = BoxImage.store(folder.resolve("store"));
  }

  private Map<String, Object> metadata(Map<String, String> environment, Platform... platforms)
      throws Exception {
    return build(environment, platforms).metadataFile();
  }

  private BuildResult build(Map<String, String> environment, Platform... platforms)
      throws Exception {
    BuildRequest plain = BoxImage.request(context, Map.of("VERSION", "7"));
    ContextRequest from =
        new ContextRequest(context.toString(), Optional.empty(), Map.of(), environment);
    TargetRequest target =
        new TargetRequest(
            Optional.of("last"),
            plain.target().buildArgs(),
            List.of(platforms),
            plain.target().pull(),
            Optional.empty());
    return new Builder(engine)
        .build(
            new BuildRequest(
                from,
                target,
                plain.cache(),
                plain.steps(),
                plain.secrets(),
                List.of(new OutputRequest("image", Optional.empty(), Map.of())),
                new NamingRequest(List.of("made:1"), Map.of("l", "m"), List.of())),
            BuildProgress.NONE);
  }

  @Test
  void tellsWhatAnImageWasMadeFrom() throws Exception {
    Map<String, Object> metadata = metadata(Map.of());
    assertThat(metadata)
        .containsOnlyKeys(
            "buildx.build.provenance",
            "buildx.build.ref",
            "containerimage.config.digest",
            "containerimage.descriptor",
            "containerimage.digest",
            "image.name");
    String base = engine.images().target("box").orElseThrow().digest().hex();
    String platform = Platform.host().toString().replace("/", "%2F");
    assertThat(metadata.get("buildx.build.provenance"))
        .asString()
        .contains("uri=pkg:docker/box@latest?platform=" + platform, "sha256=" + base)
        .contains("build-arg:VERSION=7", "label:l=m", "target=last", "secrets=[{id=token}]")
        .doesNotContain("s3cr3t");
    assertThat((String) metadata.get("buildx.build.ref"))
        .matches("wadah/wadah0/[0-9a-z]{25}")
        .isNotEqualTo(metadata(Map.of()).get("buildx.build.ref"));
  }

  @Test
  void claimsNoDigestOfANameThatHasMovedSince() throws Exception {
    Files.writeString(context.resolve("Dockerfile"), "FROM box AS last\nCOPY Dockerfile /f\n");
    BuildResult result = build(Map.of());
    Descriptor other = engine.images().target("made:1").orElseThrow();
    engine.images().tag(ImageReference.parse("box"), other);
    assertThat(result.metadataFile().get("buildx.build.provenance"))
        .asString()
        .contains("uri=pkg:docker/box@latest")
        .doesNotContain("sha256=");
  }

  @Test
  void namesWhatWasFetchedWithoutItsPassword() throws Exception {
    byte[] body = "file".getBytes(StandardCharsets.UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/f",
        exchange -> {
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String host = "127.0.0.1:" + server.getAddress().getPort();
      Files.writeString(
          context.resolve("Dockerfile"),
          "FROM scratch AS last\nADD http://me:password@" + host + "/f /f\n");
      assertThat(metadata(Map.of()).get("buildx.build.provenance"))
          .asString()
          .contains("uri=http://" + host + "/f", "sha256=" + Digest.of(body).hex())
          .doesNotContain("password");
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource({"disabled", "false"})
  void leavesTheProvenanceOutWhereBuildxDoes(String value) throws Exception {
    assertThat(metadata(Map.of("BUILDX_METADATA_PROVENANCE", value)))
        .containsKey("buildx.build.ref")
        .doesNotContainKey("buildx.build.provenance");
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch AS last\nCOPY . /\n");
    assertThat(metadata(Map.of(), Platform.parse("linux/amd64"), Platform.parse("linux/arm64")))
        .containsKey("containerimage.digest")
        .doesNotContainKeys("buildx.build.provenance", "containerimage.config.digest");
  }
}
