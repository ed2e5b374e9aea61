package dev.wadah.build.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.PlainImages;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageVerification;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry;
import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outputs that go to a registry. */
class RegistryExportTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final Platform ARM64 = Platform.parse("linux/arm64");

  @TempDir Path folder;
  private RegistryServer server;
  private Engine engine;
  private String repository;

  @BeforeEach
  void start() throws IOException {
    server =
        RegistryServer.start(
            folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    engine = Engine.open(folder.resolve("store"));
    repository = server.host() + "/team/app";
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static Image image(Engine engine, Platform platform) throws IOException {
    byte[] text = "lorem ipsum dolor ".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    return PlainImages.ofOneFile(engine, platform, text);
  }

  private Map<String, Object> export(
      Engine from, String type, List<String> tags, List<String> annotations, String... attributes)
      throws Exception {
    Map<String, String> map = new LinkedHashMap<>();
    for (String attribute : attributes) {
      map.put(attribute.split("=", 2)[0], attribute.split("=", 2)[1]);
    }
    Map<Platform, Image> images = new LinkedHashMap<>();
    images.put(AMD64, image(from, AMD64));
    if (map.remove("platforms") != null) {
      images.put(ARM64, image(from, ARM64));
    }
    return new Exporter(from)
        .export(
            Built.of(images),
            new OutputRequest(type, Optional.empty(), map),
            new NamingRequest(tags, Map.of(), annotations),
            BuildProgress.NONE)
        .metadata();
  }

  private Registry.Document document(String reference) throws IOException {
    return engine.registry().manifest(ImageReference.parse(reference));
  }

  @Test
  void keepsWhatShallNotBePushed() throws Exception {
    export(engine, "registry", List.of("here:1"), List.of(), "push=false");
    assertThat(engine.images().target("here:1")).isPresent();
    export(engine, "image", List.of("tag:1"), List.of(), "name=other:1");
    assertThat(engine.images().target("tag:1")).isPresent();
    assertThat(engine.images().target("other:1")).as("-t stands for all names").isEmpty();
  }

  @Test
  void pushesUnderEveryNameOfAListAndTellsThem() throws Exception {
    Map<String, Object> metadata =
        export(
            engine,
            "registry",
            List.of(),
            List.of(),
            "name=%s:1,%s:2".formatted(repository, repository));
    Digest digest = document(repository + ":1").descriptor().digest();
    assertThat(document(repository + ":2").descriptor().digest()).isEqualTo(digest);
    assertThat(metadata)
        .containsEntry("containerimage.digest", digest.toString())
        .containsEntry("image.name", "%s:1,%s:2".formatted(repository, repository))
        .containsKeys("containerimage.config.digest", "containerimage.descriptor");
    assertThat(engine.images().list()).as("what is only pushed is not listed").isEmpty();
    export(engine, "image", List.of(repository + ":3"), List.of(), "push=true");
    assertThat(engine.images().list()).hasSize(1);
    assertThat(document(repository + ":3").descriptor().digest()).isEqualTo(digest);
    export(engine, "image", List.of(repository + ":4"), List.of(), "push=true", "store=false");
    assertThat(engine.images().target(repository + ":4")).isEmpty();
  }

  @Test
  void tellsNamesAsTheyWereGiven() throws Exception {
    String[] name = {"name=%s,%s:2".formatted(repository, repository)};
    String expected = "%s,%s:2".formatted(repository, repository);
    assertThat(export(engine, "registry", List.of(), List.of(), name))
        .containsEntry("image.name", expected);
    assertThat(document(repository + ":latest").bytes()).isNotEmpty();
    assertThat(export(engine, "image", List.of(), List.of(), name))
        .containsEntry("image.name", expected);
    assertThat(export(engine, "docker", List.of("demo", "demo:2"), List.of()))
        .containsEntry("image.name", "docker.io/library/demo,docker.io/library/demo:2");
    assertThat(engine.images().target("demo:latest")).isPresent();
  }

  @Test
  void pushesByDigestWithoutTouchingTags() throws Exception {
    Map<String, Object> metadata =
        export(
            engine,
            "image",
            List.of(),
            List.of(),
            "name=" + repository,
            "push=true",
            "push-by-digest=true");
    assertThat(engine.registry().tags(ImageReference.parse(repository))).isEmpty();
    String digest = (String) metadata.get("containerimage.digest");
    assertThat(document(repository + "@" + digest).bytes()).isNotEmpty();
    assertThat(metadata).containsEntry("image.name", repository);
    BuildException tagged =
        catchThrowableOfType(
            BuildException.class,
            () ->
                export(
                    engine,
                    "registry",
                    List.of(repository + ":1"),
                    List.of(),
                    "push-by-digest=true"));
    assertThat(tagged.getMessage()).contains(repository + ":1", "by its digest");
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, 1, true, application/vnd.oci.image.layer.v1.tar+gzip",
    "gzip, 9, true, application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd, 19, true, application/vnd.oci.image.layer.v1.tar+zstd",
    "estargz, 9, true, application/vnd.oci.image.layer.v1.tar+gzip",
    "zstd:chunked, 1, true, application/vnd.oci.image.layer.v1.tar+zstd",
    "uncompressed, 0, true, application/vnd.oci.image.layer.v1.tar",
    "gzip, 6, false, application/vnd.docker.image.rootfs.diff.tar.gzip",
    "uncompressed, 0, false, application/vnd.docker.image.rootfs.diff.tar"
  })
  void writesTheCompressionAndMediaTypesThatAreAskedFor(
      String compression, String level, String oci, String layerType) throws Exception {
    String[] attributes = {
      "compression=" + compression, "compression-level=" + level, "oci-mediatypes=" + oci
    };
    export(engine, "registry", List.of(repository + ":1"), List.of(), attributes);
    Registry.Document document = document(repository + ":1");
    Manifest manifest = OciJson.parseManifest(document.bytes());
    assertThat(manifest.layers()).extracting(Descriptor::mediaType).containsExactly(layerType);
    assertThat(document.mediaType())
        .isEqualTo(oci.equals("true") ? MediaTypes.OCI_MANIFEST : MediaTypes.DOCKER_MANIFEST);
    ImageReference name = ImageReference.parse(repository + ":1");
    assertThat(
            ImageVerification.ofRegistry(engine.registry(), name)
                .verify(document.descriptor())
                .problems())
        .isEmpty();
    // Another machine makes the same bytes.
    Engine other = Engine.open(folder.resolve("other"));
    export(other, "registry", List.of(repository + ":2"), List.of(), attributes);
    assertThat(document(repository + ":2").descriptor()).isEqualTo(document.descriptor());
  }

  @Test
  void changesCompressedLayersWhenForced() throws Exception {
    export(engine, "image", List.of("kept:1"), List.of(), "compression=gzip");
    Image gzip =
        engine.images().read(engine.images().target("kept:1").orElseThrow(), AMD64).orElseThrow();
    for (String force : List.of("false", "true")) {
      new Exporter(engine)
          .export(
              Built.of(Map.of(AMD64, gzip)),
              new OutputRequest(
                  "registry",
                  Optional.empty(),
                  Map.of("compression", "zstd", "force-compression", force)),
              new NamingRequest(List.of(repository + ":" + force), Map.of(), List.of()),
              BuildProgress.NONE);
      Manifest manifest = OciJson.parseManifest(document(repository + ":" + force).bytes());
      assertThat(manifest.layers().get(0).mediaType())
          .isEqualTo(force.equals("true") ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER_GZIP);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "estargz, '', true",
    "estargz, false, false",
    "zstd:chunked, '', true",
    "zstd:chunked, false, false"
  })
  void givesAllLayersListsUnlessToldToLeaveThoseThatCameCompressed(
      String compression, String force, boolean listed) throws Exception {
    export(engine, "image", List.of("kept:1"), List.of(), "compression=gzip");
    Image gzip =
        engine.images().read(engine.images().target("kept:1").orElseThrow(), AMD64).orElseThrow();
    Map<String, String> attributes = new LinkedHashMap<>(Map.of("compression", compression));
    if (!force.isEmpty()) {
      attributes.put("force-compression", force);
    }
    new Exporter(engine)
        .export(
            Built.of(Map.of(AMD64, gzip)),
            new OutputRequest("registry", Optional.empty(), attributes),
            new NamingRequest(List.of(repository + ":1"), Map.of(), List.of()),
            BuildProgress.NONE);
    Manifest manifest = OciJson.parseManifest(document(repository + ":1").bytes());
    assertThat(manifest.layers()).allMatch(layer -> layer.annotations().isEmpty() != listed);
  }

  @Test
  void pushesAnIndexOfPlatformsWithAnnotationsOfAllLevels() throws Exception {
    Map<String, Object> metadata =
        export(
            engine,
            "registry",
            List.of(repository + ":1"),
            List.of(
                "plain=1",
                "index:i=2",
                "manifest-descriptor[linux/arm64]:d=3",
                "manifest[linux/amd64]:m=4",
                "index-descriptor:x=5"),
            "platforms=both");
    Registry.Document document = document(repository + ":1");
    Index index = OciJson.parseIndex(document.bytes());
    assertThat(index.annotations()).containsExactly(Map.entry("i", "2"));
    assertThat(index.manifests().get(0).annotations()).isEmpty();
    assertThat(index.manifests().get(1).annotations()).containsExactly(Map.entry("d", "3"));
    for (Descriptor entry : index.manifests()) {
      Map<String, String> annotations =
          OciJson.parseManifest(document(repository + "@" + entry.digest()).bytes()).annotations();
      assertThat(annotations).containsEntry("plain", "1");
      assertThat(annotations.containsKey("m"))
          .isEqualTo(entry.platform().orElseThrow().equals(AMD64));
    }
    assertThat(metadata).doesNotContainKey("containerimage.config.digest");
    assertThat(metadata.get("containerimage.descriptor").toString())
        .contains("annotations={x=5}", document.descriptor().digest().toString());
  }
}
