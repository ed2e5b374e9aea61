package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every manifest, config, index and layout that is written follows the schemas of the OCI. */
class WrittenDocumentsTest {
  private static final String DOCKERFILE =
      """
      FROM scratch
      COPY words /words
      ENV A=b
      EXPOSE 80/tcp
      VOLUME /data
      LABEL title="a<b>"
      HEALTHCHECK --interval=5s CMD ["/check"]
      STOPSIGNAL SIGINT
      ENTRYPOINT ["/x"]
      """;

  @TempDir Path folder;
  private final OciSchemas schemas = new OciSchemas();
  private RegistryServer server;
  private Path context;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    server =
        RegistryServer.start(
            folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
    Files.writeString(context.resolve("words"), "b\na\n");
    cli = Cli.over(folder.resolve("store"));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Cli.Result ok(String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result;
  }

  private void build(String... flags) {
    List<String> words = new java.util.ArrayList<>(List.of("build", "-q"));
    words.addAll(List.of(flags));
    words.add(context.toString());
    ok(words.toArray(String[]::new));
  }

  @Test
  void refusesWhatTheSchemasForbid() throws IOException {
    byte[] manifest =
        "{\"schemaVersion\":1,\"config\":{\"digest\":\"md5\"},\"layers\":[]}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(schemas.faults("image-manifest-schema", manifest)).hasSizeGreaterThan(3);
    byte[] index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"a:b c\"}]}"
            .getBytes(StandardCharsets.UTF_8);
    assertThat(schemas.faults("image-index-schema", index))
        .singleElement()
        .asString()
        .contains("digest");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type=oci|linux/amd64",
        "type=oci,compression=zstd|linux/amd64,linux/arm64",
        "type=oci,compression=gzip,oci-mediatypes=false|linux/amd64,linux/arm/v7",
        "type=oci,annotation.a=b,annotation-index.c=d,annotation-manifest-descriptor.e=f|linux/amd64",
        "type=docker|linux/amd64",
        "type=docker,compression=gzip|linux/arm64"
      })
  void inArchivesOfBuilds(String output, String platforms) throws IOException {
    Path archive = folder.resolve("image.tar");
    build("-t", "app:1", "--platform", platforms, "--output", output + ",dest=" + archive);
    Map<String, Integer> counts = schemas.validate(OciSchemas.tar(Files.readAllBytes(archive)));
    int images = platforms.split(",").length;
    assertThat(counts)
        .containsEntry("image-layout-schema", 1)
        .containsEntry("config-schema", images)
        .containsEntry("image-manifest-schema", images);
    boolean index = images > 1 || output.contains("-index");
    assertThat(counts).containsEntry("image-index-schema", index ? 2 : 1);
  }

  @Test
  void inLayoutsThatAreAddedTo() throws IOException {
    Path layout = folder.resolve("layout");
    build("-t", "app:1", "--output", "type=oci,tar=false,dest=" + layout);
    build("-t", "app:2", "--label", "more=1", "--output", "type=oci,tar=false,dest=" + layout);
    assertThat(schemas.validate(OciSchemas.folder(layout)))
        .containsEntry("image-manifest-schema", 2)
        .containsEntry("image-index-schema", 1);
  }

  @Test
  void inRegistriesAfterPushesAndJoins() throws IOException {
    String name = server.host() + "/team/app:";
    build("-t", name + "1", "--push");
    build("-t", name + "2", "--platform", "linux/amd64,linux/arm64", "--push");
    build("-t", name + "3", "--output", "type=registry,compression=zstd,oci-mediatypes=true");
    build("-t", "local:1");
    ok("tag", "local:1", name + "4");
    ok("push", "-q", name + "4");
    ok("manifest", "create", name + "5", name + "1", name + "3");
    ok("manifest", "push", name + "5");
    ok("imagetools", "create", "-t", name + "6", "--annotation", "index:a=b", name + "2");
    Map<String, Integer> counts =
        schemas.validate(OciSchemas.folder(folder.resolve("registry").resolve("blobs")));
    assertThat(counts).containsEntry("image-index-schema", 3);
    assertThat(counts.get("image-manifest-schema")).isGreaterThanOrEqualTo(4);
    assertThat(counts.get("config-schema")).isGreaterThanOrEqualTo(2);
  }

  @Test
  void inSharedCaches() throws IOException {
    Path cache = folder.resolve("cache");
    build("--cache-to", "type=local,mode=max,dest=" + cache);
    build("--cache-to", "type=registry,mode=max,ref=" + server.host() + "/team/cache:1");
    build("-t", server.host() + "/team/app:1", "--cache-to", "type=inline", "--push");
    Map<String, Integer> local = schemas.validate(OciSchemas.folder(cache));
    assertThat(local).containsEntry("image-layout-schema", 1).containsKey("image-manifest-schema");
    Map<String, Integer> remote =
        schemas.validate(OciSchemas.folder(folder.resolve("registry").resolve("blobs")));
    assertThat(remote.get("image-manifest-schema")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"docker-archive", "oci-archive"})
  void inWhatIsSaved(String format) throws IOException {
    build("-t", "app:1");
    build("-t", "app:2", "--label", "more=1");
    Map<String, Integer> counts =
        schemas.validate(
            OciSchemas.tar(ok("save", "--format", format, "app:1", "app:2").outBytes()));
    assertThat(counts)
        .containsEntry("image-layout-schema", 1)
        .containsEntry("image-index-schema", 1)
        .containsEntry("image-manifest-schema", 2)
        .containsEntry("config-schema", 2);
  }
}
