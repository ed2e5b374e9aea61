package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.archive.Archives;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.Registry.Document;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers that registries do not hand out, but an address in the manifest does. */
class ForeignLayerTest {
  private static final Platform AMD64 = Platform.parse("linux/amd64");

  @TempDir Path folder;
  private RegistryServer registry;
  private HttpServer files;
  private byte[] layer;
  private byte[] served;
  private int asked;
  private Engine engine;

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    registry = RegistryServer.start(folder.resolve("registry"), any);
    engine = Engine.open(folder.resolve("store"));
    layer = Archives.gzip(Archives.layer("Windows/win.ini", "[fonts]"));
    served = layer;
    files = HttpServer.create(any, 0);
    files.createContext(
        "/layer",
        exchange -> {
          asked++;
          assertThat(exchange.getRequestHeaders()).doesNotContainKey("Authorization");
          exchange.sendResponseHeaders(200, served.length);
          exchange.getResponseBody().write(served);
          exchange.close();
        });
    files.start();
  }

  @AfterEach
  void stop() throws IOException {
    files.stop(0);
    registry.close();
  }

  private ImageReference push(String... urls) throws IOException {
    ImageReference name = ImageReference.parse(registry.host() + "/win/base:1");
    byte[] config =
        Archives.config(Archives.layer("Windows/win.ini", "[fonts]"))
            .getBytes(StandardCharsets.UTF_8);
    Descriptor configBlob = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(config), config.length);
    engine
        .registry()
        .pushBlob(name, configBlob, Optional.empty(), () -> new ByteArrayInputStream(config));
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[
          {"mediaType":"%s","size":%d,"digest":"%s","urls":["%s"]}]}"""
            .formatted(
                MediaTypes.OCI_MANIFEST,
                new String(OciJson.write(configBlob), StandardCharsets.UTF_8),
                MediaTypes.OCI_FOREIGN_LAYER + "+gzip",
                layer.length,
                Digest.of(layer),
                String.join("\",\"", urls));
    engine
        .registry()
        .pushManifest(
            name, new Document(MediaTypes.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8)));
    return name;
  }

  private String url() {
    return "http://localhost:%d/layer".formatted(files.getAddress().getPort());
  }

  private ImageTransfer transfer(Engine of) {
    return new ImageTransfer(of.content(), of.images(), of.registry());
  }

  @Test
  void readsALayerFromTheFirstAddressThatHasIt() throws IOException {
    ImageReference name = push("ftp://localhost/layer", url().replace("/layer", "/gone"), url());
    Image image = transfer(engine).pull(name, AMD64, TransferProgress.NONE).image();
    assertThat(asked).isEqualTo(1);
    assertThat(engine.layers().openTar(image.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(Archives.layer("Windows/win.ini", "[fonts]"));
  }

  @Test
  void leavesTheLayerWhereItIsWhenTheImageIsPushedAgain() throws IOException {
    ImageReference name = push(url());
    Descriptor target = transfer(engine).pull(name, AMD64, TransferProgress.NONE).target();
    ImageReference copy = ImageReference.parse(registry.host() + "/win/copy:1");
    transfer(engine).push(target, copy, TransferProgress.NONE);
    assertThat(engine.registry().hasBlob(copy, Digest.of(layer))).isFalse();
    Engine other = Engine.open(folder.resolve("other"));
    assertThat(transfer(other).pull(copy, AMD64, TransferProgress.NONE).target().digest())
        .isEqualTo(target.digest());
    assertThat(other.content().has(Digest.of(layer))).isTrue();
  }

  @Test
  void refusesOtherBytesThanTheManifestSays() throws IOException {
    served = layer.clone();
    served[20] ^= 1;
    ImageReference name = push(url());
    assertThatThrownBy(() -> transfer(engine).pull(name, AMD64, TransferProgress.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(Digest.of(layer).toString());
    assertThat(engine.content().has(Digest.of(layer))).isFalse();
  }

  @Test
  void saysWhereItHasLookedAndTakesNoPlainHttpFromAfar() throws IOException {
    ImageReference name = push("http://layers.example/layer");
    assertThatThrownBy(() -> transfer(engine).pull(name, AMD64, TransferProgress.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http://layers.example/layer")
        .hasMessageContaining("plain http is not allowed");
  }

  @Test
  void keepsWhatDescriptorsSayBeyondDigestAndSize() {
    String json =
        """
        {"mediaType":"%s","digest":"%s","size":1,"urls":["https://a.example/x"],\
        "annotations":{"k":"v"},"data":"AA==","platform":{"architecture":"amd64","os":"windows",\
        "os.version":"10.0.1","os.features":["win32k"]},"artifactType":"x/y"}"""
            .formatted(MediaTypes.OCI_MANIFEST, Digest.of(new byte[1]));
    Descriptor parsed = OciJson.parseDescriptor(json.getBytes(StandardCharsets.UTF_8));
    assertThat(parsed.urls()).isEqualTo(List.of("https://a.example/x"));
    assertThat(new String(OciJson.write(parsed), StandardCharsets.UTF_8)).isEqualTo(json);
  }
}
