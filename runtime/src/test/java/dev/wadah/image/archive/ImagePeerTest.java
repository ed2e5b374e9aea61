package dev.wadah.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.archive.ImageExporter.Export;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.TransferProgress;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import dev.wadah.registry.serve.RegistryServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we write is read by skopeo and umoci, and what they write is read by us. */
@Tag("peer")
class ImagePeerTest {
  private static final ImageReference NAME = ImageReference.parse("team/app:1");

  @TempDir Path folder;
  private Engine engine;
  private Descriptor target;
  private RegistryServer server;

  @BeforeEach
  void load() throws IOException {
    engine = Engine.open(folder.resolve("store"));
    target =
        Archives.loaded(
                engine,
                "[\"team/app:1\"]",
                Archives.layer("etc/greeting", "hello"),
                Archives.layer("etc/second", "2"))
            .target();
    server =
        RegistryServer.start(
            folder.resolve("registry"), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private static void needs(String program) {
    boolean there = Files.isExecutable(Path.of("/usr/bin", program));
    if ("1".equals(System.getenv("WADAH_MUST_WORK"))) {
      assertThat(there).as(program + " is installed").isTrue();
    }
    assumeTrue(there, program + " is not installed");
  }

  private String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
    return output;
  }

  private ImageExporter exporter() {
    return new ImageExporter(engine.content(), engine.images());
  }

  private List<Export> exports() {
    return List.of(new Export(target, List.of(NAME)));
  }

  @Test
  void skopeoReadsADockerArchive() throws Exception {
    needs("skopeo");
    Path archive = folder.resolve("saved.tar");
    try (OutputStream out = Files.newOutputStream(archive)) {
      exporter().writeDockerArchive(exports(), out);
    }
    assertThat(run("skopeo", "inspect", "--config", "docker-archive:" + archive)).contains("amd64");
    Path copy = folder.resolve("copy");
    run("skopeo", "copy", "docker-archive:" + archive, "oci:" + copy + ":1");
    Engine other = Engine.open(folder.resolve("other"));
    LoadedImage again =
        new ImageLoader(other.content(), other.layers(), other.images()).load(copy).get(0);
    assertThat(again.ids()).containsExactly(image().id());
  }

  private Image image() throws IOException {
    return engine.images().read(target, Platform.parse("linux/amd64")).orElseThrow();
  }

  @Test
  void umociUnpacksALayout() throws Exception {
    needs("umoci");
    Path layout = folder.resolve("layout");
    exporter().writeOciLayout(exports(), layout);
    Path bundle = folder.resolve("bundle");
    run("umoci", "unpack", "--rootless", "--image", layout + ":1", bundle.toString());
    assertThat(bundle.resolve("rootfs/etc/greeting")).hasContent("hello");
    assertThat(bundle.resolve("rootfs/etc/second")).hasContent("2");
  }

  @Test
  void skopeoPullsAndPushesAtOurRegistry() throws Exception {
    needs("skopeo");
    ImageReference pushed = ImageReference.parse(server.host() + "/team/app:1");
    new ImageTransfer(engine.content(), engine.images(), engine.registry())
        .push(target, pushed, TransferProgress.NONE);
    String digest =
        run(
            "skopeo",
            "inspect",
            "--tls-verify=false",
            "--format",
            "{{.Digest}}",
            "docker://" + pushed);
    assertThat(digest.strip()).isEqualTo(target.digest().toString());
    String copy = server.host() + "/team/copy:1";
    run(
        "skopeo",
        "copy",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        "docker://" + pushed,
        "docker://" + copy);
    Engine other = Engine.open(folder.resolve("other"));
    Image pulled =
        new ImageTransfer(other.content(), other.images(), other.registry())
            .pull(ImageReference.parse(copy), Platform.parse("linux/amd64"), TransferProgress.NONE)
            .image();
    assertThat(pulled.id()).isEqualTo(image().id());
    assertThat(other.layers().openTar(pulled.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(Archives.layer("etc/greeting", "hello"));
  }

  @Test
  void readsTheArchivesThatSkopeoWrites() throws Exception {
    needs("skopeo");
    Path layout = folder.resolve("layout");
    exporter().writeOciLayout(exports(), layout);
    Path docker = folder.resolve("docker.tar");
    Path oci = folder.resolve("oci.tar");
    run("skopeo", "copy", "oci:" + layout + ":1", "docker-archive:" + docker + ":team/new:2");
    run("skopeo", "copy", "oci:" + layout + ":1", "oci-archive:" + oci + ":team/oci:3");
    for (Path archive : List.of(docker, oci)) {
      Engine other = Engine.open(folder.resolve("store-" + archive.getFileName()));
      LoadedImage loaded =
          new ImageLoader(other.content(), other.layers(), other.images()).load(archive).get(0);
      assertThat(loaded.names()).singleElement().asString().contains("team/");
      Image again =
          other.images().read(loaded.target(), Platform.parse("linux/amd64")).orElseThrow();
      assertThat(again.config().diffIds()).isEqualTo(image().config().diffIds());
    }
  }
}
