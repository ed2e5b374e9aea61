package dev.wadah.image.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.archive.ImageExporter.Export;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Loading and saving, in every form; and what must not be loaded. */
class ImageArchiveTest {
  private static final String NAMES = "[\"team/app:1\",\"localhost:5000/app:x\"]";

  private static final long LONG_BYTES = 3L << 30;

  @TempDir Path folder;
  private Engine engine;
  private byte[] lower;
  private byte[] upper;

  @BeforeEach
  void open() throws IOException {
    engine = Engine.open(folder.resolve("store"));
    lower = Archives.layer("etc/a", "lower");
    upper = Archives.layer("etc/b", "upper");
  }

  private static ImageLoader loader(Engine engine) {
    return new ImageLoader(engine.content(), engine.layers(), engine.images());
  }

  private List<LoadedImage> load(byte[] archive) throws IOException {
    Path file = Files.write(folder.resolve("archive"), archive);
    return loader(engine).load(file);
  }

  private List<LoadedImage> stream(byte[] archive) throws IOException {
    return loader(engine).load(new ByteArrayInputStream(archive), "standard input");
  }

  private Image image(Engine from, String name) throws IOException {
    return from.images().find(name, Platform.parse("linux/amd64")).orElseThrow();
  }

  @Test
  void loadsADockerArchive() throws IOException {
    List<LoadedImage> loaded = load(Archives.docker(NAMES, lower, upper).tar());
    assertThat(loaded).hasSize(1);
    assertThat(loaded.get(0).names())
        .extracting(ImageReference::familiar)
        .containsExactly("team/app:1", "localhost:5000/app:x");
    Image image = image(engine, "team/app:1");
    assertThat(new String(image.configBytes(), UTF_8)).isEqualTo(Archives.config(lower, upper));
    assertThat(image(engine, image.id().abbreviated()).id()).isEqualTo(image.id());
    assertThat(engine.layers().openTar(image.config().diffIds().get(1)).readAllBytes())
        .isEqualTo(upper);
  }

  /** One archive in the forms that one meets; all must give the same image. */
  static Stream<Arguments> forms() throws IOException {
    byte[] lower = Archives.layer("etc/a", "lower");
    byte[] upper = Archives.layer("etc/b", "upper");
    Archives plain = Archives.docker(NAMES, lower, upper);
    Archives linked =
        Archives.docker(NAMES, lower, upper)
            .file("real/layer.tar", lower)
            .link("layer0/layer.tar", "../real/layer.tar");
    return Stream.of(
        Arguments.of("plain", plain.tar()),
        Arguments.of("gzip outside", Archives.gzip(plain.tar())),
        Arguments.of("zstd outside", Archives.zstd(plain.tar())),
        Arguments.of(
            "gzip inside",
            Archives.docker(NAMES, lower, upper)
                .file("layer1/layer.tar", Archives.gzip(upper))
                .tar()),
        Arguments.of(
            "zstd inside",
            Archives.docker(NAMES, lower, upper)
                .file("layer1/layer.tar", Archives.zstd(upper))
                .tar()),
        Arguments.of("a linked layer", linked.without("layer0/layer.tar").tar()),
        Arguments.of("names with ./", plain.prefixed("./").tar()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("forms")
  void loadsTheSameImageFromEveryForm(String form, byte[] archive) throws IOException {
    load(archive);
    Image image = image(engine, "team/app:1");
    assertThat(new String(image.configBytes(), UTF_8))
        .as(form)
        .isEqualTo(Archives.config(lower, upper));
    for (int i = 0; i < 2; i++) {
      assertThat(engine.layers().openTar(image.config().diffIds().get(i)).readAllBytes())
          .isEqualTo(i == 0 ? lower : upper);
    }
    Engine other = Engine.open(folder.resolve("other"));
    loader(other).load(new ByteArrayInputStream(archive), "standard input");
    assertThat(image(other, "team/app:1").descriptor()).isEqualTo(image.descriptor());
  }

  /** What must be refused, and what the message must say. */
  static Stream<Arguments> hostile() throws IOException {
    byte[] layer = Archives.layer("a", "b");
    byte[] good = Archives.docker("[\"x:1\"]", layer).tar();
    byte[] other = Archives.layer("a", "c");
    return Stream.of(
        Arguments.of("an empty file", new byte[0], "no image archive"),
        Arguments.of("zeros", new byte[10240], "no image archive"),
        Arguments.of("no tar", "hello, world".repeat(100).getBytes(UTF_8), ""),
        Arguments.of("cut in the middle", java.util.Arrays.copyOf(good, 700), ""),
        Arguments.of("a tar of a file system", layer, "use import"),
        Arguments.of(
            "another layer",
            Archives.docker("[\"x:1\"]", layer).file("layer0/layer.tar", other).tar(),
            "expected sha256:"),
        Arguments.of(
            "a damaged gzip",
            Archives.docker("[\"x:1\"]", layer)
                .file("layer0/layer.tar", java.util.Arrays.copyOf(Archives.gzip(layer), 40))
                .tar(),
            "layer0/layer.tar: its gzip data is damaged or cut off"),
        Arguments.of(
            "a layer outside",
            new Archives()
                .file("config.json", Archives.config(layer))
                .file(
                    "manifest.json",
                    "[{\"Config\":\"config.json\",\"Layers\":[\"../../../../etc/passwd\"]}]")
                .tar(),
            "has no file"),
        Arguments.of(
            "a config outside",
            new Archives()
                .file("manifest.json", "[{\"Config\":\"/etc/passwd\",\"Layers\":[]}]")
                .tar(),
            "has no file \"/etc/passwd\""),
        Arguments.of(
            "links in a circle",
            new Archives()
                .link("a", "b")
                .link("b", "a")
                .file("manifest.json", "[{\"Config\":\"a\",\"Layers\":[]}]")
                .tar(),
            "in a circle"),
        Arguments.of(
            "a link outside",
            new Archives()
                .link("config.json", "../../../../etc/passwd")
                .file("manifest.json", "[{\"Config\":\"config.json\",\"Layers\":[]}]")
                .tar(),
            "has no file"),
        Arguments.of(
            "a manifest that is no JSON",
            new Archives().file("manifest.json", "<html>").tar(),
            "manifest.json is broken"),
        Arguments.of(
            "a manifest of wrong kinds",
            new Archives().file("manifest.json", "{\"a\":1}").tar(),
            "manifest.json is broken"),
        Arguments.of(
            "too few layers",
            new Archives()
                .file("config.json", Archives.config(layer))
                .file("manifest.json", "[{\"Config\":\"config.json\",\"Layers\":[]}]")
                .tar(),
            "has 1 diffIDs, but manifest.json names 0 layers"),
        Arguments.of(
            "a name that is none",
            Archives.docker("[\"Bad_Name\"]", layer).tar(),
            "must be lowercase"),
        Arguments.of(
            "a layout with a wrong digest",
            new Archives()
                .file("oci-layout", "{}")
                .file(
                    "index.json",
                    "{\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\","
                        + "\"size\":2,\"digest\":\"sha256:"
                        + "0".repeat(64)
                        + "\"}]}")
                .file("blobs/sha256/" + "0".repeat(64), "{}")
                .tar(),
            "expected sha256:0000"),
        Arguments.of(
            "a very old format",
            new Archives().file("repositories", "{}").tar(),
            "older than 1.10"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void refuses(String fault, byte[] archive, String message) {
    assertThatThrownBy(() -> load(archive))
        .as(fault)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> stream(archive))
        .as(fault)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsOfALongFileWhatItNeedsOnly() throws IOException {
    byte[] end = Archives.docker(NAMES, lower).tar();
    Path file = folder.resolve("long");
    TarArchiveEntry unused = new TarArchiveEntry("unused");
    unused.setSize(LONG_BYTES);
    byte[] header = new byte[512];
    unused.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header));
      // Its content is a hole, which takes no space.
      channel.write(ByteBuffer.wrap(end), header.length + LONG_BYTES);
    }

    long before = bytesRead();
    List<LoadedImage> loaded = loader(engine).load(file);

    assertThat(bytesRead() - before).isLessThan(LONG_BYTES / 10);

    assertThat(loaded).hasSize(1);
    assertThat(image(engine, "team/app:1").configBytes()).asString(UTF_8).contains("diff_ids");
  }

  /** What this process has read so far, also from memory (proc_pid_io(5)). */
  private static long bytesRead() throws IOException {
    String first = Files.readAllLines(Path.of("/proc/self/io")).get(0);
    return Long.parseLong(first.replace("rchar: ", ""));
  }

  @Test
  void refusesAnArchiveThatEndsWithinAFile() throws IOException {
    byte[] whole = new Archives().file("large", new byte[100_000]).tar();
    assertThatThrownBy(() -> load(Arrays.copyOf(whole, 50_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Truncated");
  }

  @Test
  void stopsReadingHeadersWhenItIsInterrupted() throws IOException {
    byte[] archive = Archives.docker(NAMES, lower).tar();
    Path file = Files.write(folder.resolve("archive"), archive);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> loader(engine).load(file))
          .isInstanceOf(InterruptedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }
  }

  @Test
  void leavesNoNameBehindWhenALayerIsWrong() throws IOException {
    byte[] archive = Archives.docker(NAMES, lower).file("layer0/layer.tar", upper).tar();
    assertThatThrownBy(() -> load(archive)).isInstanceOf(DigestMismatchException.class);
    assertThat(engine.images().list()).isEmpty();
  }

  @Test
  void stopsWritingALayoutWhenItIsInterrupted() throws IOException {
    LoadedImage loaded = load(Archives.docker(NAMES, lower).tar()).get(0);
    ImageExporter exporter = new ImageExporter(engine.content(), engine.images());
    List<Export> exports = List.of(new Export(loaded.target(), loaded.names()));
    Path layout = folder.resolve("layout");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> exporter.writeOciLayout(exports, layout))
          .isInstanceOf(InterruptedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }
    try (Stream<Path> files = Files.walk(layout)) {
      assertThat(files.filter(Files::isRegularFile)).as("no draft, no index").isEmpty();
    }
  }

  @Test
  void keepsEveryDigestThroughSavingAndLoading() throws IOException {
    byte[] archive =
        Archives.docker(NAMES, lower, upper).file("layer1/layer.tar", Archives.gzip(upper)).tar();
    LoadedImage loaded = load(archive).get(0);
    Image image = image(engine, "team/app:1");
    ImageExporter exporter = new ImageExporter(engine.content(), engine.images());
    List<Export> exports = List.of(new Export(loaded.target(), loaded.names()));
    ByteArrayOutputStream docker = new ByteArrayOutputStream();
    exporter.writeDockerArchive(exports, docker);
    ByteArrayOutputStream oci = new ByteArrayOutputStream();
    exporter.writeOciArchive(exports, oci);
    Path layout = folder.resolve("layout");
    exporter.writeOciLayout(exports, layout);
    exporter.writeOciLayout(exports, layout);

    int store = 0;
    for (byte[] saved : List.of(docker.toByteArray(), oci.toByteArray())) {
      Engine other = Engine.open(folder.resolve("store" + store++));
      List<LoadedImage> again = loader(other).load(new ByteArrayInputStream(saved), "saved");
      assertThat(again).containsExactly(loaded);
      assertThat(image(other, "localhost:5000/app:x").configBytes()).isEqualTo(image.configBytes());
    }
    Engine other = Engine.open(folder.resolve("store" + store));
    assertThat(loader(other).load(layout)).containsExactly(loaded);

    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    exporter.writeDockerArchive(exports, twice);
    assertThat(twice.toByteArray()).isEqualTo(docker.toByteArray());
  }

  @Test
  void loadsTheImagesOfAnArchiveThatHasSeveral() throws IOException {
    byte[] archive =
        new Archives()
            .file("a.json", Archives.config(lower))
            .file("b.json", Archives.config(lower, upper))
            .file("l", lower)
            .file("u", upper)
            .file(
                "manifest.json",
                "[{\"Config\":\"a.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"l\"]},"
                    + "{\"Config\":\"b.json\",\"RepoTags\":null,\"Layers\":[\"l\",\"u\"]}]")
            .tar();
    List<LoadedImage> loaded = load(archive);
    assertThat(loaded).hasSize(2);
    assertThat(loaded.get(1).names()).isEmpty();
    assertThat(engine.images().list()).hasSize(2);
  }
}
