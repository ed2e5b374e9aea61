package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("linux")
class DirectoryLayersTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path folder;
  private Path source;
  private LayerStore layers;

  @BeforeEach
  void open() throws IOException {
    source = Files.createDirectory(folder.resolve("source"));
    layers = new StoreFixture(folder.resolve("store")).layers;
  }

  @Test
  void giveTheDirectoryBack() throws IOException {
    Files.createDirectories(source.resolve("a/deep/empty"));
    Files.writeString(source.resolve("a/file"), "content");
    Files.setPosixFilePermissions(
        source.resolve("a/file"), PosixFilePermissions.fromString("rwx--x---"));
    Files.createLink(source.resolve("a/deep/hard"), source.resolve("a/file"));
    Files.createSymbolicLink(source.resolve("soft"), Path.of("a/../nothing"));
    Posix.mknod(Posix.CWD, source.resolve("fifo").toString(), FileStatus.S_IFIFO | 0600, 0);
    Files.writeString(source.resolve("name with\na line"), "");
    Files.setPosixFilePermissions(
        source.resolve("a/deep"), PosixFilePermissions.fromString("r-xr-x---"));
    Posix.setModified(Posix.CWD, source.resolve("a").toString(), 1_234_567_890_000_000_000L);

    assertThat(listing(restored())).isEqualTo(listing(source)).hasSize(8);
  }

  @Test
  void anEmptyDirectoryHasNone() throws IOException {
    assertThat(DirectoryLayers.write(layers, source)).isEqualTo(LayerStack.EMPTY);
  }

  @Test
  void fewChangeWhenOneFileDoes() throws IOException {
    for (int i = 0; i < 40; i++) {
      Path file = Files.createDirectories(source.resolve("d" + i % 7)).resolve("f" + i);
      try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "rw")) {
        data.setLength(4L * MEBIBYTE); // a hole: it is the length that counts
      }
    }
    LayerStack before = DirectoryLayers.write(layers, source);

    Files.write(source.resolve("d3/f3"), new byte[] {1, 2, 3});
    Set<DiffId> changed = new HashSet<>(DirectoryLayers.write(layers, source).layers());

    assertThat(before.layers())
        .hasSizeBetween(6, 9); // eight shares, one of which may be empty, and the directories
    before.layers().forEach(changed::remove);
    assertThat(changed).hasSize(1);
    assertThat(listing(restored())).isEqualTo(listing(source));
  }

  @Test
  void aDirectoryThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> DirectoryLayers.write(layers, folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none");
  }

  private Path restored() throws IOException {
    Path directory = Files.createTempDirectory(folder, "restored");
    new CopiedTree(layers, directory, "/").extend(DirectoryLayers.write(layers, source));
    return directory;
  }

  /** All that a layer keeps of files, by path. */
  private static Map<String, List<Object>> listing(Path root) throws IOException {
    Map<String, List<Object>> listing = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.skip(1).toList()) {
        FileStatus status = FileStatus.of(file.toString());
        Object content =
            status.isFile()
                ? Files.size(file) > MEBIBYTE ? "long" : Files.readString(file)
                : Files.isSymbolicLink(file) ? Files.readSymbolicLink(file) : "";
        listing.put(
            root.relativize(file).toString(),
            List.of(
                status.mode(),
                status.uid(),
                status.gid(),
                status.isDirectory() ? 0 : status.sizeBytes(),
                status.mtimeNanos() / 1_000_000_000L,
                content));
      }
    }
    return listing;
  }
}
