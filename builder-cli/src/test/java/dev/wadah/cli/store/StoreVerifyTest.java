package dev.wadah.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code wadah store verify} over a store of one built image, whole and damaged. */
@Tag("linux")
class StoreVerifyTest {
  @TempDir Path folder;
  private Path store;
  private Cli cli;

  @BeforeEach
  void build() throws IOException {
    store = folder.resolve("store");
    cli = Cli.over(store);
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\nCOPY file /\n");
    Files.writeString(context.resolve("file"), "content\n");
    Cli.Result built = cli.run("build", "-q", "-t", "small", context.toString());
    assertThat(built.code()).as(built.err()).isZero();
  }

  @Test
  void countsWhatIsThereWhenTheStoreIsWhole() {
    Cli.Result result = cli.run("store", "verify");

    assertThat(result.out()).matches("the store is whole: \\d+ blobs?, \\d+ layers?, 1 image\n");
    assertThat(result.code()).isZero();
  }

  @Test
  void namesABlobWhoseContentIsAnotherOne() throws IOException {
    Path blob = file("blobs/sha256", f -> true);
    damage(blob, Files.readString(blob) + " ");

    assertThat(problems())
        .anyMatch(
            line ->
                line.startsWith("blob sha256:" + blob.getFileName() + ": the content is sha256:"));
  }

  @Test
  void namesAnImageWhoseConfigIsMissing() throws IOException {
    Path config = file("blobs/sha256", f -> text(f).contains("\"rootfs\""));
    Files.delete(config);

    assertThat(problems())
        .containsExactly(
            "name docker.io/library/small:latest: its config sha256:%s is not here"
                .formatted(config.getFileName()));
  }

  @Test
  void namesAnImageWhoseManifestIsMissing() throws IOException {
    Path manifest = file("blobs/sha256", f -> text(f).contains("\"layers\":["));
    Files.delete(manifest);

    assertThat(problems())
        .contains(
            "name docker.io/library/small:latest: its manifest sha256:%s is not here"
                .formatted(manifest.getFileName()));
  }

  @Test
  void namesANameThatIsNoDescriptor() throws IOException {
    damage(file("images/names", f -> true), "{nonsense");

    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("name docker.io/library/small:latest: the name record ")
        .contains(" is damaged: ");
  }

  @Test
  void namesADamagedCacheRecordButNotOneWhoseLayerIsGone() throws IOException {
    Path record = file("cache", f -> true);
    String text = Files.readString(record);
    Files.writeString(
        record, text.replaceFirst("layer sha256:[0-9a-f]{64}", "layer sha256:" + "0".repeat(64)));
    assertThat(cli.run("store", "verify").code()).isZero();

    Files.writeString(record, text.substring(0, text.length() / 2));
    assertThat(problems()).singleElement().asString().startsWith("cache record " + record + ": ");
  }

  private List<String> problems() {
    Cli.Result result = cli.run("store", "verify");
    assertThat(result.code()).isEqualTo(1);
    return result.out().lines().toList();
  }

  private Path file(String room, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files = Files.walk(store.resolve(room))) {
      return files.filter(Files::isRegularFile).filter(wanted).findFirst().orElseThrow();
    }
  }

  private static void damage(Path file, String text) throws IOException {
    Files.delete(file);
    Files.writeString(file, text);
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
