package dev.wadah.image.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.wadah.content.DigestMismatchException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
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

/** A mirror that sends blobs of the right length and of other content. */
class WrongMirrorTest {
  private byte[] layerBytes;
  private byte[] configBytes;

  @TempDir Path folder;
  private final Map<String, Integer> sizes = new ConcurrentHashMap<>();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private RegistryServer home;
  private HttpServer mirror;
  private Engine engine;
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
        byte[] other = new byte[size];
        Arrays.fill(other, (byte) 'x');
        http.sendResponseHeaders(200, size);
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

  @Test
  void isPassedOverWhenItsBytesAreWrong() throws IOException {
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
    Image image =
        new ImageTransfer(engine.content(), engine.images(), mirrored)
            .pull(name, Platform.parse("linux/amd64"), TransferProgress.NONE)
            .image();
    assertThat(engine.layers().openTar(image.config().diffIds().get(0)).readAllBytes())
        .isEqualTo(Archives.layer("etc/motd", "welcome"));
    assertThat(asked)
        .containsEntry(config.digest().toString(), 1)
        .containsEntry(layer.digest().toString(), 1);
  }

  @Test
  void isNotAskedTwiceWhereThereIsNoOther() throws IOException {
    Descriptor config = push(MediaTypes.OCI_CONFIG, configBytes);
    ImageReference there =
        ImageReference.parse("localhost:%d/team/app:1".formatted(mirror.getAddress().getPort()));
    assertThat(mirrored.behindMirrors(there)).isEmpty();
    assertThatThrownBy(() -> RemoteConfig.read(mirrored, there, config))
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageStartingWith("config of " + there.familiar() + ": expected " + config.digest());
    assertThat(asked).containsEntry(config.digest().toString(), 1);
  }
}
