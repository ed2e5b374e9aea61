package dev.wadah.cli.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.HttpRegistry;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RetryPolicy;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** manifest and imagetools, over two registries of our own. */
class JoinCommandsTest {
  @TempDir Path folder;
  private RegistryServer one;
  private RegistryServer two;
  private Cli cli;
  private String app;
  private String other;

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    one = RegistryServer.start(folder.resolve("one"), any);
    two = RegistryServer.start(folder.resolve("two"), any);
    cli = Cli.over(folder.resolve("store"));
    app = one.host() + "/team/app";
    other = two.host() + "/other/base";
    image(app + ":amd", "linux/amd64");
    image(other + ":arm", "linux/arm64");
  }

  @AfterEach
  void stop() throws IOException {
    one.close();
    two.close();
  }

  private void image(String name, String platform) throws IOException {
    cli.reading(TransferCommandsTest.tar(name));
    ok("import", "--platform", platform, "-", name);
    ok("push", "-q", name);
  }

  private String ok(String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  private Index index(String name) {
    return OciJson.parseIndex(
        ok("imagetools", "inspect", "--raw", name).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void joinsImagesOfTwoRegistriesToAListThatCanBePulledForEachPlatform() {
    assertThat(ok("manifest", "create", app + ":1", app + ":amd", other + ":arm"))
        .isEqualTo("Created manifest list " + app + ":1\n");
    assertThat(cli.run("manifest", "create", app + ":1", app + ":amd").err())
        .contains("the manifest list \"" + app + ":1\" exists")
        .contains("--amend");
    ok(
        "manifest",
        "annotate",
        "--os-version",
        "6.1",
        "--os-features",
        "a,b",
        app + ":1",
        other + ":arm");
    String here = ok("manifest", "inspect", app + ":1");
    String digest = ok("manifest", "push", "--purge", app + ":1").strip();
    assertThat(digest).startsWith("sha256:");
    assertThat(ok("manifest", "inspect", app + ":1")).isEqualTo(here);
    assertThat(cli.run("manifest", "push", app + ":1").err()).contains("no such manifest list");

    Index index = index(app + ":1");
    assertThat(index.manifests())
        .extracting(d -> d.platform().orElseThrow().toString())
        .containsExactlyInAnyOrder("linux/amd64", "linux/arm64");
    Platform arm =
        index.manifests().stream()
            .map(d -> d.platform().orElseThrow())
            .filter(p -> p.architecture().equals("arm64"))
            .findFirst()
            .orElseThrow();
    assertThat(arm.osVersion()).contains("6.1");
    assertThat(arm.osFeatures()).containsExactly("a", "b");
    Cli there = Cli.over(folder.resolve("there"));
    for (String platform : Set.of("linux/amd64", "linux/arm64")) {
      Cli.Result pulled = there.run("pull", "-q", "--platform", platform, app + ":1");
      assertThat(pulled.code()).as(pulled.err()).isZero();
      assertThat(
              there
                  .run("inspect", "--platform", platform, "-f", "{{.Architecture}}", app + ":1")
                  .out())
          .isEqualTo(platform.substring(6) + "\n");
    }
    assertThat(ok("image", "verify", "--remote", app + ":1")).contains("9 digests recomputed");
  }

  @Test
  void keepsTheVariantThatTheUserSays() {
    ok("manifest", "create", app + ":1", app + ":amd", other + ":arm");
    ok("manifest", "annotate", "--variant", "v8", app + ":1", other + ":arm");
    ok("manifest", "annotate", "--os-version", "6.1", app + ":1", other + ":arm");
    ok("manifest", "annotate", "--arch", "armhf", app + ":1", app + ":amd");
    ok("manifest", "push", app + ":1");
    assertThat(platforms(app + ":1")).containsExactlyInAnyOrder("linux/arm64/v8", "linux/arm/v7");
    assertThat(ok("imagetools", "inspect", app + ":1")).contains("  Platform:  linux/arm64/v8\n");
    assertThat(ok("imagetools", "inspect", "--format", "{{json .Image}}", app + ":1"))
        .contains("\"linux/arm64\":");

    // An index that is made of it keeps the words, and they are annotated and chosen without them.
    ok(
        "imagetools",
        "create",
        "-t",
        app + ":2",
        "--platform",
        "linux/arm64",
        "--annotation",
        "manifest-descriptor[linux/arm64]:title=eight",
        app + ":1");
    assertThat(platforms(app + ":2")).containsExactly("linux/arm64/v8");
    assertThat(index(app + ":2").manifests().get(0).annotations()).containsEntry("title", "eight");
    Cli there = Cli.over(folder.resolve("there"));
    Cli.Result pulled = there.run("pull", "-q", "--platform", "linux/arm64", app + ":1");
    assertThat(pulled.code()).as(pulled.err()).isZero();
  }

  @Test
  void keepsTheVariantThatTheConfigSays() throws IOException {
    ImageReference name = ImageReference.parse(app + ":eight");
    Registry registry = new HttpRegistry(Map.of("HOME", folder.toString()), RetryPolicy.DEFAULT);
    byte[] config =
        "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\",\"rootfs\":{}}"
            .getBytes(StandardCharsets.UTF_8);
    Descriptor blob = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(config), config.length);
    registry.pushBlob(name, blob, Optional.empty(), () -> new ByteArrayInputStream(config));
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[]}"
            .formatted(
                MediaTypes.OCI_MANIFEST, new String(OciJson.write(blob), StandardCharsets.UTF_8));
    registry.pushManifest(
        name,
        new Registry.Document(MediaTypes.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8)));

    ok("manifest", "create", app + ":1", app + ":eight");
    ok("manifest", "push", app + ":1");
    assertThat(platforms(app + ":1")).containsExactly("linux/arm64/v8");
    ok("imagetools", "create", "-t", app + ":2", app + ":eight");
    assertThat(platforms(app + ":2")).containsExactly("linux/arm64");
  }

  private List<String> platforms(String name) {
    return index(name).manifests().stream()
        .map(d -> d.platform().orElseThrow().toString())
        .toList();
  }

  @Test
  void showsOneImageOfAListAndItsBytes() {
    ok("manifest", "create", app + ":1", app + ":amd");
    assertThat(ok("manifest", "inspect", app + ":1", app + ":amd"))
        .isEqualTo(ok("manifest", "inspect", app + ":amd"));
    assertThat(ok("manifest", "inspect", "-v", app + ":amd"))
        .contains("\"Ref\": \"" + app + ":amd\"", "\"OCIManifest\": {", "\"Raw\": \"ey");
    assertThat(cli.run("manifest", "inspect", app + ":1", other + ":arm").err())
        .contains("the image \"%s:arm\" is not in the manifest list \"%s:1\"".formatted(other, app))
        .contains("it has " + app + ":amd");
    ok("manifest", "rm", app + ":1");
    Cli.Result gone = cli.run("manifest", "rm", app + ":1");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err()).contains("no such manifest list");
  }

  @Test
  void createsWhatTheDryRunShows() {
    String shown = ok("imagetools", "create", "--dry-run", app + ":amd", other + ":arm");
    ok("imagetools", "create", "-t", app + ":2", "-t", app + ":3", app + ":amd", other + ":arm");
    assertThat(ok("imagetools", "inspect", "--raw", app + ":2") + "\n").isEqualTo(shown);
    assertThat(ok("imagetools", "inspect", app + ":3"))
        .startsWith("Name:      " + app + ":3\nMediaType: " + MediaTypes.OCI_INDEX)
        .contains("\n  Platform:  linux/amd64\n", "\n  Platform:  linux/arm64\n");
    assertThat(
            ok(
                "imagetools",
                "inspect",
                "--format",
                "{{.Manifest.MediaType}}{{range $p, $i := .Image}} {{$p}} {{$i.Os}}{{end}}",
                app + ":3"))
        .isEqualTo(MediaTypes.OCI_INDEX + " linux/amd64 linux linux/arm64 linux\n");
  }

  @Test
  void appendsFiltersAndAnnotates() {
    ok("imagetools", "create", "-t", app + ":4", app + ":amd");
    ok("imagetools", "create", "--append", "-t", app + ":4", other + ":arm", app + ":amd");
    assertThat(index(app + ":4").manifests()).hasSize(2);
    ok(
        "imagetools",
        "create",
        "-t",
        app + ":5",
        "-p",
        "linux/arm64",
        "--annotation",
        "index:title=demo",
        "--annotation",
        "manifest-descriptor[linux/arm64]:x=y",
        app + ":4");
    Index index = index(app + ":5");
    assertThat(index.annotations()).containsEntry("title", "demo");
    assertThat(index.manifests())
        .singleElement()
        .satisfies(d -> assertThat(d.annotations()).containsEntry("x", "y"));
    Cli.Result none = cli.run("imagetools", "create", "--dry-run", "-p", "linux/s390x", app + ":4");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("there is linux/amd64, linux/arm64");
  }

  @Test
  void takesSourcesByDigestByDescriptorAndFromAFile() throws IOException {
    String raw = ok("imagetools", "create", "--dry-run", "--prefer-index=false", app + ":amd");
    Descriptor image = index(taken(app + ":6", app + ":amd")).manifests().get(0);
    String json = new String(OciJson.write(image), StandardCharsets.UTF_8);
    Path file = Files.writeString(folder.resolve("source.json"), json);
    assertThat(index(taken(app + ":7", image.digest().toString())).manifests())
        .containsExactly(image);
    assertThat(index(taken(app + ":8", json)).manifests()).containsExactly(image);
    ok("imagetools", "create", "-t", app + ":9", "--file", file.toString());
    assertThat(index(app + ":9").manifests()).containsExactly(image);
    ok("imagetools", "create", "--prefer-index=false", "-t", app + ":10", app + ":amd");
    assertThat(ok("imagetools", "inspect", "--raw", app + ":10") + "\n").isEqualTo(raw);
  }

  private String taken(String name, String source) {
    ok("imagetools", "create", "-t", name, source);
    return name;
  }

  @Test
  void keepsNestedIndexesAndCopiesAllBelowThem() throws IOException {
    ok("imagetools", "create", "-t", other + ":inner", other + ":arm");
    Descriptor inner =
        Descriptor.of(
            MediaTypes.OCI_INDEX,
            dev.wadah.oci.Digest.of(
                ok("imagetools", "inspect", "--raw", other + ":inner")
                    .getBytes(StandardCharsets.UTF_8)),
            ok("imagetools", "inspect", "--raw", other + ":inner").length());
    String json = new String(OciJson.write(inner), StandardCharsets.UTF_8);
    ok("imagetools", "create", "-t", other + ":outer", json, other + ":arm");
    assertThat(index(other + ":outer").manifests()).hasSize(2);
    ok("imagetools", "create", "-t", app + ":nested", other + ":outer", app + ":amd");
    assertThat(index(app + ":nested").manifests()).hasSize(3);
    assertThat(ok("image", "verify", "--remote", app + ":nested")).contains("all fit");
    Cli there = Cli.over(folder.resolve("there"));
    Cli.Result pulled = there.run("pull", "-q", "--platform", "linux/arm64", app + ":nested");
    assertThat(pulled.code()).as(pulled.err()).isZero();
  }
}
