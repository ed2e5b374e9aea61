package dev.wadah.cli.store;

import dev.wadah.cli.Console;
import dev.wadah.cli.Main;
import dev.wadah.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.zip.GZIPOutputStream;

/**
 * Trains the commands that talk to registries and do little else. What builds load is left out:
 * these have an archive of their own, and each class of it costs every start.
 */
final class NetworkTraining {
  private static final String TYPE = "application/vnd.oci.image.";
  private static final String CONFIG =
      """
      {"architecture":"amd64","os":"linux","created":"2000-03-01T00:00:00.5Z",
       "config":{"Env":["PATH=/bin"],"Cmd":["sh"]},
       "rootfs":{"type":"layers","diff_ids":["%s"]},
       "history":[{"created":"2000-03-01T00:00:00.5Z","created_by":"train"}]}
      """;
  private static final String MANIFEST =
      """
      {"schemaVersion":2,"mediaType":"%smanifest.v1+json",
       "config":{"mediaType":"%sconfig.v1+json","digest":"%s","size":%d},
       "layers":[{"mediaType":"%slayer.v1.tar+gzip","digest":"%s","size":%d}]}
      """;

  private final Path folder;
  private final TrainCommand.Consoles consoles;

  /**
   * A training.
   *
   * @param folder for its stores
   */
  NetworkTraining(Path folder, TrainCommand.Consoles consoles) {
    this.folder = folder;
    this.consoles = consoles;
  }

  void run() throws IOException, InterruptedException {
    try (TrainingRegistry registry = new TrainingRegistry()) {
      seed(registry);
      String image = registry.host() + "/train:1";
      String other = registry.host() + "/other:1";
      Console first = consoles.over(folder.resolve("first"));
      Main.run(first, "login", "-u", "train", "-p", "train", registry.host());
      Main.run(first, "pull", "--platform=linux/amd64", image);
      Main.run(first, "tag", image, other);
      Main.run(first, "push", other);
      Main.run(first, "push", "-q", other);
      Main.run(
          consoles.over(folder.resolve("second")), "pull", "-q", "--platform=linux/amd64", other);
      Main.run(first, "manifest", "inspect", image);
      Main.run(first, "push", "--no-such-flag", image);
      beginTls(registry);
    }
  }

  private static void seed(TrainingRegistry registry) throws IOException {
    byte[] tar = new byte[1024];
    ByteArrayOutputStream layer = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(layer)) {
      gzip.write(tar);
    }
    byte[] config = CONFIG.formatted(Digest.of(tar)).getBytes(StandardCharsets.UTF_8);
    Digest layerDigest = registry.keep("layer", "", layer.toByteArray());
    Digest configDigest = registry.keep("config", "", config);
    String manifest =
        MANIFEST.formatted(
            TYPE, TYPE, configDigest, config.length, TYPE, layerDigest, layer.size());
    registry.keep("1", TYPE + "manifest.v1+json", manifest.getBytes(StandardCharsets.UTF_8));
  }

  /** Sets TLS up and says hello; there is nobody who answers in kind. */
  private static void beginTls(TrainingRegistry registry) throws InterruptedException {
    URI uri = URI.create("https://" + registry.host() + "/");
    try {
      HttpRequest hello = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(2)).build();
      HttpClient.newHttpClient().send(hello, HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      // As it must be: what was wanted was the attempt.
    }
  }
}
