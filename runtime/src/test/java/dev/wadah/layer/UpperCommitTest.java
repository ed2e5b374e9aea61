package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.entries;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.link;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is left of overlay's upper directory as a layer: its entries are hashed while they are
 * looked for, so the tar that is read from the tree afterwards must have the digest.
 */
class UpperCommitTest {
  private static final long BASE_FILE_NANOS = 5_000_000_000L;
  private static final long BASE_DIRECTORY_NANOS = 6_000_000_000L;

  @TempDir Path temp;

  /** Fills an upper directory. */
  private interface Filling {
    void fill(Path upper) throws IOException;
  }

  static Stream<Arguments> uppers() {
    return Stream.of(
        upper("nothing", u -> {}),
        upper("a file copied up", u -> copied(u, "d/f", "hello")),
        upper("a file changed", u -> copied(u, "d/f", "hallo"), "d/", "d/f"),
        upper(
            "a file changed below directories copied up",
            u -> {
              copied(u, "d/f", "hello");
              copied(u, "d/sub/g", "new");
              copied(u, "old/x", "x");
            },
            "d/",
            "d/sub/",
            "d/sub/g"),
        upper(
            "a directory's mode",
            u -> {
              copied(u, "d/f", "hello");
              copied(u, "old/x", "x");
              Posix.chmod(Posix.CWD, u.resolve("d").toString(), 0700);
            },
            "d/"),
        upper(
            "whiteouts",
            u -> {
              whiteout(made(u, "d").resolve("f"));
              whiteout(made(u, "d/sub").resolve("never"));
              whiteout(u.resolve("old"));
            },
            "d/",
            "d/.wh.f",
            ".wh.old"),
        upper(
            "opaque directories",
            u -> {
              opaque(made(u, "old"));
              opaque(made(u, "new/deep"));
              copied(u, "old/y", "y");
            },
            "new/",
            "new/deep/",
            "old/",
            "old/.wh..wh..opq",
            "old/y"),
        upper(
            "an opaque directory",
            u -> opaque(made(u, "d/sub")),
            "d/",
            "d/sub/",
            "d/sub/.wh..wh..opq"),
        upper("links copied up", UpperCommitTest::links),
        upper(
            "links copied up beside a change",
            u -> {
              links(u);
              copied(u, "d/f", "new");
              copied(u, "z", "z");
            },
            "d/",
            "d/f",
            "z"),
        upper(
            "a further link",
            u -> {
              links(u);
              Files.createLink(u.resolve("k"), u.resolve("l/a"));
            },
            "k",
            "l/",
            "l/a",
            "l/b"),
        upper(
            "what no layer has",
            u -> {
              copied(u, "d/.wh.x", "");
              Posix.mknod(Posix.CWD, u.resolve("socket").toString(), FileStatus.S_IFSOCK | 0600, 0);
              copied(u, "d/sub/h", "h");
            },
            "d/",
            "d/sub/",
            "d/sub/h"),
        upper("a directory for a file", u -> made(u, "d/f/in"), "d/", "d/f/", "d/f/in/"),
        upper(
            "names around a slash",
            u -> {
              copied(u, "n/x", "1");
              copied(u, "n.b", "2");
              copied(u, "n-b", "3");
              copied(u, "n/x.y", "4");
            },
            "n/",
            "n/x",
            "n/x.y",
            "n-b",
            "n.b"));
  }

  private static Arguments upper(String name, Filling filling, String... entries) {
    return Arguments.of(name, filling, List.of(entries));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("uppers")
  void hashesWhatStays(String name, Filling filling, List<String> expected) throws Exception {
    LayerStore layers = new StoreFixture(temp.resolve("store")).layers;
    DiffId base =
        layers.write(
            entries(
                directory("/d", 0755),
                file("/d/f", "hello"),
                directory("/d/sub", 0755),
                file("/d/sub/g", "g"),
                directory("/l", 0755),
                file("/l/a", "linked"),
                link("/l/b", "/l/a"),
                directory("/old", 0755),
                file("/old/x", "x")),
            LayerStore.Form.TREE);
    Path upper = Files.createDirectory(temp.resolve("upper"));
    Posix.chmod(Posix.CWD, upper.toString(), 0755);
    filling.fill(upper);

    DiffId layer = layers.commit(upper, LayerStack.EMPTY.plus(base), List.of());

    if (expected.isEmpty()) {
      assertThat(layer).isEqualTo(LayerStore.EMPTY);
      return;
    }
    byte[] tar;
    try (InputStream in = layers.openTar(layer)) {
      tar = in.readAllBytes();
    }
    assertThat(names(tar)).containsExactlyElementsOf(expected);
    assertThat(new DiffId(Digest.of(tar))).isEqualTo(layer);
  }

  private static List<String> names(byte[] tar) throws IOException {
    List<String> names = new ArrayList<>();
    TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar));
    for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      names.add(entry.getName());
    }
    return names;
  }

  /** Makes directories as the base has them. */
  private static Path made(Path upper, String path) throws IOException {
    Path directory = upper;
    for (Path name : Path.of(path)) {
      directory = directory.resolve(name);
      if (!Files.exists(directory)) {
        Files.createDirectory(directory);
        Posix.chmod(Posix.CWD, directory.toString(), 0755);
        Posix.setModified(Posix.CWD, directory.toString(), BASE_DIRECTORY_NANOS);
      }
    }
    return directory;
  }

  /** Makes a file with the attributes that files of the base have. */
  private static void copied(Path upper, String path, String content) throws IOException {
    Path file = upper.resolve(path);
    made(upper, upper.relativize(file.getParent()).toString());
    Files.writeString(file, content);
    Posix.chmod(Posix.CWD, file.toString(), 0644);
    Posix.setModified(Posix.CWD, file.toString(), BASE_FILE_NANOS);
  }

  private static void links(Path upper) throws IOException {
    copied(upper, "l/a", "linked");
    Files.createLink(upper.resolve("l/b"), upper.resolve("l/a"));
  }

  private static void whiteout(Path file) throws IOException {
    Posix.mknod(Posix.CWD, file.toString(), FileStatus.S_IFCHR, 0);
  }

  private static void opaque(Path directory) throws IOException {
    byte[] yes = "y".getBytes(StandardCharsets.UTF_8);
    Posix.setXattr(directory.toString(), "trusted.overlay.opaque", yes);
  }
}
