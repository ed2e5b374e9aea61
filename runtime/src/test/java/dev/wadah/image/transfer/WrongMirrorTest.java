package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageStore;
import dev.wadah.image.RemoteConfig;
import dev.wadah.image.archive.Archives;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.oci.Platform;
import dev.wadah.registry.HttpRegistry;
import dev.wadah.registry.Registry;
import dev.wadah.registry.RegistryException;
import dev.wadah.registry.RetryPolicy;
import dev.wadah.registry.serve.RegistryServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mirror that sends other blobs than it is asked for. */
class WrongMirrorTest {
  /** What it sends. */
  enum Lie {
    OTHER_BYTES,
    /** No length is told, so that only the last bytes show it. */
    TOO_MANY_BYTES
  }

  private byte[] layerBytes;
  private byte[] configBytes;

  @TempDir Path folder;
  private final Map<String, Integer> sizes = new ConcurrentHashMap<>();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private RegistryServer home;
  private HttpServer mirror;
  private Engine engine;
  private volatile Lie lie = Lie.OTHER_BYTES;
  private Registry mirrored;
  private ImageReference name;

  @BeforeEach
  void start() throws IOException {
    byte[] tar = Archives.layer("etc/motd", "welcome");
    layerBytes = Archives.gzip(tar);
    configBytes = Archives.config(tar).getBytes(StandardCharsets.UTF_8);
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    home = RegistryServer.start(folder.resolve("registry"), any);
    mirror = HttpServer.create(any, 0);
    mirror.createContext("/v2/", this::lie);
    mirror.start();
    engine = Engine.open(folder.resolve("store"));
    Path settings =
        Files.writeString(
            folder.resolve("registries.toml"),
            "[[registry]]\nlocation='%s'\n[[registry.mirror]]\nlocation='localhost:%d'\n"
                .formatted(home.host(), mirror.getAddress().getPort()));
    mirrored =
        new HttpRegistry(
            Map.of("HOME", folder.toString(), "WADAH_REGISTRIES", settings.toString()),
            RetryPolicy.DEFAULT);
    name = ImageReference.parse(home.host() + "/team/app:1");
  }

  @AfterEach
  void stop() throws IOException {
    mirror.stop(0);
    home.close();
  }

  private void lie(HttpExchange http) throws IOException {
    String path = http.getRequestURI().getPath();
    asked.merge(path.substring(path.lastIndexOf('/') + 1), 1, Integer::sum);
    Integer size = sizes.get(path.substring(path.lastIndexOf('/') + 1));
    try (http) {
      if (size == null) {
        http.sendResponseHeaders(path.equals("/v2/") ? 200 : 404, -1);
      } else {
        byte[] other = new byte[lie == Lie.OTHER_BYTES ? size : size + 1];
        Arrays.fill(other, (byte) 'x');
        http.sendResponseHeaders(200, lie == Lie.OTHER_BYTES ? size : 0);
        http.getResponseBody().write(other);
      }
    }
  }

  private Descriptor push(String mediaType, byte[] bytes) throws IOException {
    Descriptor blob = Descriptor.of(mediaType, Digest.of(bytes), bytes.length);
    engine.registry().pushBlob(name, blob, Optional.empty(), () -> new ByteArrayInputStream(bytes));
    sizes.put(blob.digest().toString(), bytes.length);
    return blob;
  }

  private static String json(Descriptor descriptor) {
    return new String(OciJson.write(descriptor), StandardCharsets.UTF_8);
  }

  private Digest pushImage() throws IOException {
    Descriptor config = push(MediaTypes.OCI_CONFIG, configBytes);
    Descriptor layer = push(MediaTypes.OCI_LAYER_GZIP, layerBytes);
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(MediaTypes.OCI_MANIFEST, json(config), json(layer));
    engine
        .registry()
        .pushManifest(
            name,
            new Registry.Document(
                MediaTypes.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8)));
    assertThat(RemoteConfig.read(mirrored, name, config)).isEqualTo(configBytes);
    assertThat(asked).containsEntry(config.digest().toString(), 1);
    return layer.digest();
  }

  private void assertIsHere(Image image) throws IOException {
    assertThat(engine.layers().openTar(image.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(Archives.layer("etc/motd", "welcome"));
  }

  @ParameterizedTest
  @EnumSource
  void isPassedOverByAPull(Lie told) throws IOException {
    lie = told;
    Digest layer = pushImage();
    Image image =
        new ImageTransfer(engine.content(), engine.images(), mirrored)
            .pull(name, Platform.parse("linux/amd64"), TransferProgress.NONE)
            .image();
    assertIsHere(image);
    assertThat(asked).containsEntry(layer.toString(), 1);
  }

  @ParameterizedTest
  @EnumSource
  void isPassedOverByWhoFetchesLayersWhenTheyAreNeeded(Lie told) throws IOException {
    lie = told;
    Digest layer = pushImage();
    ImageStore images = new ImageStore(engine.store(), engine.content(), engine.layers(), mirrored);
    Image image = images.resolve(name, Platform.parse("linux/amd64"), ImageStore.PullPolicy.ALWAYS);
    assertThat(asked).doesNotContainKey(layer.toString());
    assertIsHere(image);
    assertThat(asked).containsEntry(layer.toString(), 1);
  }

  /**
   * As the next build, which finds the image here, and its layers in repositories that it knows.
   */
  @ParameterizedTest
  @EnumSource
  void isPassedOverWhenTheImageIsHereAndItsLayersAreNot(Lie told) throws IOException {
    lie = told;
    Digest layer = pushImage();
    new ImageStore(engine.store(), engine.content(), engine.layers(), mirrored)
        .resolve(name, Platform.parse("linux/amd64"), ImageStore.PullPolicy.ALWAYS);
    Engine next = Engine.open(folder.resolve("store"));
    Image image =
        new ImageStore(next.store(), next.content(), next.layers(), mirrored)
            .find(name.toString(), Platform.parse("linux/amd64"))
            .orElseThrow();
    assertThat(next.layers().openTar(image.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(Archives.layer("etc/motd", "welcome"));
    assertThat(asked).containsEntry(layer.toString(), 1);
  }

  private ImageReference withoutMirror() throws IOException {
    ImageReference there =
        ImageReference.parse("localhost:%d/team/app:1".formatted(mirror.getAddress().getPort()));
    assertThat(mirrored.behindMirrors(there)).isEmpty();
    return there;
  }

  @Test
  void isNotAskedTwiceWhereThereIsNoOther() throws IOException {
    Descriptor config = push(MediaTypes.OCI_CONFIG, configBytes);
    ImageReference there = withoutMirror();
    assertThatThrownBy(() -> RemoteConfig.read(mirrored, there, config))
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageStartingWith("config of " + there.familiar() + ": expected " + config.digest());
    assertThat(asked).containsEntry(config.digest().toString(), 1);
  }

  @Test
  void isRefusedWhereThereIsNoOtherWhenItSendsTooMuch() throws IOException {
    lie = Lie.TOO_MANY_BYTES;
    Descriptor config = push(MediaTypes.OCI_CONFIG, configBytes);
    ImageReference there = withoutMirror();
    assertThatThrownBy(() -> RemoteConfig.read(mirrored, there, config))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(
            "sends more than the %d bytes that %s should have"
                .formatted(configBytes.length, config.digest()));
    assertThat(asked).containsEntry(config.digest().toString(), 1);
  }
}
