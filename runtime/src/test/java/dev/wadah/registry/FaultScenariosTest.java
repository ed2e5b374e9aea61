package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Registries that misbehave, one file of testdata/registry/faults each. */
class FaultScenariosTest {
  /** The user of every scenario that needs one. */
  private static final Credential ANN = Credential.ofPassword("ann", "s3cret");

  private static final Credential IDENTITY = Credential.ofIdentityToken("s3cret-identity");

  static List<Scenario> scenarios() throws IOException {
    Path folder = Path.of(System.getProperty("wadah.testdata"), "registry", "faults");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = files.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
      List<Scenario> scenarios = new java.util.ArrayList<>();
      for (Path file : sorted) {
        scenarios.add(Scenario.read(file));
      }
      return scenarios;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  @Timeout(60)
  void endsAsItShould(Scenario scenario) throws IOException {
    try (FaultServer server = new FaultServer(Samples.BLOB)) {
      server.start(scenario.replies(), text -> filled(text, server));
      String outcome = outcome(scenario, server);
      for (String expected : scenario.all("expect")) {
        assertThat(outcome).contains(filled(expected, server));
      }
      assertThat(outcome).doesNotContain("s3cret", ANN.basic().substring(6));
      check(scenario, server);
    }
  }

  private static String filled(String text, FaultServer server) {
    return text.replace("{host}", server.host())
        .replace("{other}", server.otherHost())
        .replace("{digest}", Samples.DESCRIPTOR.digest().toString())
        .replace("{manifest-digest}", Digest.of(Samples.MANIFEST).toString())
        .replace("{size}", Integer.toString(Samples.BLOB.length))
        .replace("{manifest}", new String(Samples.MANIFEST, UTF_8))
        .replace("{oci-manifest}", MediaTypes.OCI_MANIFEST)
        .replace("{oci-index}", MediaTypes.OCI_INDEX)
        .replace("{basic-value}", ANN.basic().substring(6))
        .replace("{basic}", ANN.basic());
  }

  /** Does what the scenario asks for; its result, or its failure with all that is behind it. */
  private static String outcome(Scenario scenario, FaultServer server) {
    int silence = Integer.parseInt(scenario.one("silence", "20000"));
    RetryPolicy retries =
        new RetryPolicy(
            4, Duration.ofMillis(10), Duration.ofSeconds(2), Duration.ofMillis(silence));
    Optional<Credentials> credentials =
        switch (scenario.one("user", "")) {
          case "ann" -> Optional.of(Credentials.of(server.host(), ANN));
          case "identity" -> Optional.of(Credentials.of(server.host(), IDENTITY));
          default -> Optional.empty();
        };
    HttpRegistry registry = new HttpRegistry(Map.of("HOME", "/nonexistent"), credentials, retries);
    ImageReference name = ImageReference.parse(server.host() + "/team/app:1");
    try {
      return run(scenario.one("do", "manifest"), registry, name);
    } catch (IOException e) {
      // Whatever a log could show of it.
      StringWriter text = new StringWriter();
      e.printStackTrace(new PrintWriter(text));
      return e.getMessage() + "\n" + text;
    }
  }

  private static String run(String what, HttpRegistry registry, ImageReference name)
      throws IOException {
    switch (what) {
      case "manifest" -> {
        Registry.Document document = registry.manifest(name);
        return "got " + document.descriptor().digest();
      }
      case "pinned" -> {
        return "got " + registry.manifest(name.withDigest(Digest.of(Samples.MANIFEST))).mediaType();
      }
      case "head" -> {
        return "got " + registry.head(name);
      }
      case "tags" -> {
        return "got " + registry.tags(name);
      }
      case "blob" -> {
        try (InputStream in = registry.blob(name, Samples.DESCRIPTOR)) {
          return "got " + Digest.of(in.readAllBytes());
        }
      }
      case "push" -> {
        return "sent "
            + registry.pushBlob(
                name,
                Samples.DESCRIPTOR,
                Optional.empty(),
                () -> new ByteArrayInputStream(Samples.BLOB));
      }
      case "mount" -> {
        return "sent "
            + registry.pushBlob(
                name,
                Samples.DESCRIPTOR,
                Optional.of("team/sibling"),
                () -> new ByteArrayInputStream(Samples.BLOB));
      }
      case "push-manifest" -> {
        Registry.Document document =
            new Registry.Document(MediaTypes.OCI_MANIFEST, Samples.MANIFEST);
        return "stored " + registry.pushManifest(name, document).digest();
      }
      default -> throw new IllegalArgumentException(what);
    }
  }

  /**
   * What the server must have seen: {@code N METHOD PATH}, with a header and its value if given.
   */
  private static void check(Scenario scenario, FaultServer server) {
    for (String line : scenario.all("seen")) {
      String[] parts = filled(line, server).split(" ", 5);
      String request = parts[1] + " " + parts[2];
      List<FaultServer.Seen> found =
          server.seen().stream()
              .filter(seen -> seen.request().replaceAll("\\?.*", "").equals(request))
              .filter(
                  seen ->
                      parts.length < 5
                          || parts[4].equals(
                              seen.headers().getOrDefault(parts[3].replace(":", ""), "none")))
              .toList();
      assertThat(found.stream().map(seen -> seen.request() + seen.headers()))
          .as(line)
          .hasSize(Integer.parseInt(parts[0]));
    }
  }
}
