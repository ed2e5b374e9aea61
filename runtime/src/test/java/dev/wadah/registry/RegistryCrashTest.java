package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.MediaTypes;
import dev.wadah.registry.serve.RegistryServer;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that is killed in the middle, and comes back over the same folder. */
class RegistryCrashTest {
  private static final byte[] BLOB = random();
  private static final Descriptor DESCRIPTOR =
      Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(BLOB), BLOB.length);

  @TempDir Path folder;
  private Process process;
  private int port;

  private final HttpRegistry registry =
      new HttpRegistry(
          Map.of("HOME", "/nonexistent"),
          new RetryPolicy(30, Duration.ofMillis(250), Duration.ofMillis(500)));

  private static byte[] random() {
    byte[] bytes = new byte[20_000_000];
    new Random(11).nextBytes(bytes);
    return bytes;
  }

  /** The registry's process: serves a folder at a port until it is killed. */
  public static void main(String[] arguments) throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1]));
    try (RegistryServer server = RegistryServer.start(Path.of(arguments[0]), address)) {
      System.out.println(server.address().getPort());
      Thread.sleep(600_000);
    }
  }

  @BeforeEach
  void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RegistryCrashTest.class.getName(),
                folder.toString(),
                Integer.toString(port))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    port = Integer.parseInt(output.readLine());
  }

  @AfterEach
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private void killAndStart() throws IOException {
    try {
      kill();
      Thread.sleep(1000);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    start();
  }

  private ImageReference name() {
    return ImageReference.parse("localhost:" + port + "/team/app:1");
  }

  /** Does something when its first half has been read. */
  private static InputStream withAccident(InputStream in, Accident accident) {
    return new FilterInputStream(in) {
      private int read;

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (read >= BLOB.length / 2) {
          accident.happen();
        }
        int n = super.read(buffer, offset, length);
        read += n;
        return n;
      }
    };
  }

  private interface Accident {
    void happen() throws IOException;
  }

  @Test
  void losesNothingWhenItIsKilledDuringAPush() throws IOException {
    int[] accidents = {0};
    long sent =
        registry.pushBlob(
            name(),
            DESCRIPTOR,
            Optional.empty(),
            () ->
                withAccident(
                    new ByteArrayInputStream(BLOB),
                    () -> {
                      if (accidents[0]++ == 0) {
                        assertThat(blobs()).isZero();
                        killAndStart();
                      }
                    }));
    assertThat(sent).isEqualTo(BLOB.length);
    assertThat(accidents[0]).isPositive();
    assertThat(blobs()).isEqualTo(1);
    try (InputStream in = registry.blob(name(), DESCRIPTOR)) {
      assertThat(Digest.of(in.readAllBytes())).isEqualTo(DESCRIPTOR.digest());
    }
  }

  @Test
  void losesNothingWhenItIsKilledDuringAPull() throws IOException {
    registry.pushBlob(name(), DESCRIPTOR, Optional.empty(), () -> new ByteArrayInputStream(BLOB));
    try (InputStream in = registry.blob(name(), DESCRIPTOR)) {
      byte[] first = in.readNBytes(1_000_000);
      killAndStart();
      byte[] rest = in.readAllBytes();
      assertThat(rest).hasSize(BLOB.length - first.length);
      assertThat(rest[rest.length - 1]).isEqualTo(BLOB[BLOB.length - 1]);
    }
  }

  /** How many whole blobs the folder has; half a one would be one, too. */
  private long blobs() throws IOException {
    Path blobs = folder.resolve("blobs/sha256");
    if (!Files.exists(blobs)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(blobs)) {
      return files.count();
    }
  }
}
