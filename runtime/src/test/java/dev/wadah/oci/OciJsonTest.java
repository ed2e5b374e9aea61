package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OciJsonTest {
  static Stream<Path> configs() {
    Path folder = Path.of(System.getProperty("wadah.testdata"), "images", "configs");
    return Stream.of("everything.json", "scratch.json").map(folder::resolve);
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configs")
  void writesAConfigAsBuildKitDoes(Path file) throws IOException {
    String json = Files.readString(file);
    ImageConfig config = OciJson.parseConfig(json.getBytes(StandardCharsets.UTF_8));
    assertThat(new String(OciJson.write(config), StandardCharsets.UTF_8)).isEqualTo(json);
  }

  @Test
  void writesAManifestInTheOrderOfItsGoStruct() {
    Descriptor config = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(new byte[0]), 7);
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            config,
            List.of(),
            Map.of("b", "2", "a", "1"),
            Optional.of(config),
            Optional.of("text/x"));
    byte[] json = OciJson.write(manifest);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .matches(
            "\\{\"schemaVersion\":2,\"mediaType\":\".*\",\"artifactType\":\"text/x\","
                + "\"config\":.*,\"layers\":\\[],\"subject\":.*,"
                + "\"annotations\":\\{\"a\":\"1\",\"b\":\"2\"}}");
    assertThat(OciJson.parseManifest(json)).isEqualTo(manifest);
  }

  @Test
  void readsWhatGoLeavesNull() {
    ImageConfig config =
        OciJson.parseConfig(
            bytes(
                "{'architecture':'amd64','config':{'Cmd':null,'Labels':null,'Volumes':null,"
                    + "'Healthcheck':null,'User':null,'ArgsEscaped':true},'history':null,'rootfs':null}"));
    assertThat(config.platform()).hasToString("linux/amd64");
    assertThat(config.container()).isEqualTo(ContainerConfig.EMPTY);
    assertThat(config.diffIds()).isEmpty();
  }

  @Test
  void tellsEmptyFromAbsentArguments() {
    ImageConfig config = OciJson.parseConfig(bytes("{'config':{'Cmd':[]}}"));
    assertThat(config.container().process().cmd()).contains(List.of());
    assertThat(config.container().process().entrypoint()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2023-11-14T22:13:20Z,                 2023-11-14T22:13:20Z",
    "2023-11-14T22:13:20.5+02:30,          2023-11-14T19:43:20.500Z",
    "2023-11-14T22:13:20.123456789-01:00,  2023-11-14T23:13:20.123456789Z",
    "0001-01-01T00:00:00Z,                 0001-01-01T00:00:00Z",
  })
  void readsTimes(String text, Instant time) {
    ImageConfig config = OciJson.parseConfig(bytes("{'created':'" + text + "'}"));
    assertThat(config.created()).contains(time);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "not JSON at all          | <html>                        | line 1, column 1",
        "cut off                  | {'config':{                   | line 1",
        "an array                 | [1]                           | must be an object, not an array",
        "no config                | {'layers':[]}                 | it has no",
        "a digest without length  | {'config':{'digest':'sha256:1'}} | needs 64 lower-case hex digits",
        "no digest                | {'config':{'size':1}}         | has no",
        "a negative size          | {'config':{'size':-1,'digest':'sha256:0000000000000000000000000000000000000000000000000000000000000000'}} | has the size -1",
        "a text for a number      | {'config':{'size':'1'}}       | must be a whole number, not a string",
        "a tail                   | {'config':{'digest':'sha256:0000000000000000000000000000000000000000000000000000000000000000'}} 1 | something follows its end",
      })
  void refusesAManifest(String fault, String json, String message) {
    assertThatThrownBy(() -> OciJson.parseManifest(bytes(json)))
        .as(fault)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("this is no valid image manifest: ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesDeepNesting() {
    byte[] json = ("{\"x\":" + "[".repeat(5000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> OciJson.parseConfig(json))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'mediaType':'text/x'}     | text/x",
        "{'manifests':[]}           | application/vnd.oci.image.index.v1+json",
        "{'config':null}            | application/vnd.oci.image.manifest.v1+json",
        "{'schemaVersion':1}        | application/vnd.docker.distribution.manifest.v1+json",
      })
  void tellsWhatADocumentIs(String json, String type) {
    String quoted = json.replace("'", "\"");
    assertThat(OciJson.mediaTypeOf(quoted.getBytes(StandardCharsets.UTF_8))).isEqualTo(type);
  }
}
