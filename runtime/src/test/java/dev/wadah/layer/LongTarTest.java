package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.link;
import static dev.wadah.layer.StoreFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Layers of which a part only is read, since they are long, and files that are mostly holes. */
class LongTarTest {
  @TempDir Path temp;
  private final List<LayerEntry> entries = new ArrayList<>();
  private StoreFixture tree;
  private StoreFixture tar;
  private DiffId below;
  private DiffId layer;

  /** Some 2,700 names with all that a layer can say, over a layer that it hides parts of. */
  @BeforeEach
  void write() throws Exception {
    List<LayerEntry> lower = new ArrayList<>();
    for (int d = 0; d < 12; d++) {
      String directory = "/d%02d".formatted(d);
      entries.add(directory(directory, 0755));
      lower.add(directory(directory, 0700));
      lower.add(file(directory + "/below", "below"));
      lower.add(file(directory + "/f007.gone", "gone"));
      if (d % 7 == 0) {
        entries.add(new LayerEntry.Opaque(directory));
      }
      fill(directory, d);
    }
    tree = new StoreFixture(temp.resolve("tree"));
    tar = new StoreFixture(temp.resolve("tar"));
    below = tree.layers.write(lower, LayerStore.Form.TREE);
    assertThat(tar.layers.write(lower, LayerStore.Form.TAR)).isEqualTo(below);
    layer = tree.layers.write(entries, LayerStore.Form.TREE);
    assertThat(tar.layers.write(entries, LayerStore.Form.TAR)).isEqualTo(layer);
  }

  private void fill(String directory, int d) {
    for (int f = 0; f < 200; f++) {
      String path = directory + "/f%03d".formatted(f);
      entries.add(file(path, "content " + f + " of " + d));
      if (f == 7 && d % 7 != 0) {
        entries.add(new LayerEntry.Whiteout(path + ".gone"));
      } else if (f % 50 == 49) {
        entries.add(directory(path + "d", 0711));
        for (int i = 0; i < d; i++) {
          entries.add(link(path + "d/" + i, path));
        }
      }
    }
  }

  private void assertSame() throws Exception {
    LayerStack stack = LayerStack.EMPTY.plus(below).plus(layer);
    FileTree expected = tree.layers.tree(stack);
    FileTree actual = new StoreFixture(temp.resolve("tar")).layers.tree(stack);
    assertSame(expected, actual, "/", new HashMap<>());
    assertThat(text(actual, "/d11/f199d/7")).isEqualTo("content 199 of 11");
    assertThat(actual.find("/d01/f007.gone")).isEmpty();
    assertThat(actual.find("/none")).isEmpty();
    assertThat(actual.find("/d99/none")).isEmpty();
  }

  /** Inodes may have other numbers, but the same names have the same one. */
  private static void assertSame(
      FileTree expected, FileTree actual, String path, Map<Long, Long> inodes) throws Exception {
    List<String> names = expected.list(path);
    assertThat(actual.list(path)).as(path).isEqualTo(names);
    for (String name : names) {
      String child = path.equals("/") ? "/" + name : path + "/" + name;
      FileNode node = expected.find(child).orElseThrow();
      FileNode other = actual.find(child).orElseThrow();
      assertThat(other.withIdentity(node.identity())).as(child).isEqualTo(node);
      long inode = node.identity().inode();
      Long known = inodes.putIfAbsent(inode, other.identity().inode());
      assertThat(other.identity().inode())
          .as(child)
          .isEqualTo(known == null ? other.identity().inode() : known);
      assertThat(other.identity().inode() == 0).as(child).isEqualTo(inode == 0);
      if (node.isDirectory()) {
        assertSame(expected, actual, child, inodes);
      }
    }
  }

  private Path marks() {
    return temp.resolve("tar/layers/indexes").resolve(layer.digest().hex() + ".marks");
  }

  @Test
  void answersByMarksAsAnUnpackedLayerDoes() throws Exception {
    assertThat(marks()).exists();
    assertSame();
  }

  @Test
  void findsTheMarksAgainWhenTheyAreGoneOrDamaged() throws Exception {
    byte[] bytes = Files.readAllBytes(marks());
    Files.delete(marks());
    assertSame();
    bytes[bytes.length / 2] ^= 1;
    Files.write(marks(), bytes);
    assertSame();
    Files.write(marks(), new byte[3]);
    assertSame();
  }

  @Test
  void unpacksZerosAsHoles() throws Exception {
    byte[] content = new byte[3_000_001];
    content[1_500_000] = 1;
    String unpacked = tree.unpack(new TarBytes().entry('0', "f", "", content).bytes());
    FileStatus status = FileStatus.of(unpacked + "/f");
    assertThat(status.sizeBytes()).isEqualTo(content.length);
    assertThat(status.diskBytes()).isLessThan(300_000);
    assertThat(Files.readAllBytes(Path.of(unpacked, "f"))).isEqualTo(content);
  }
}
