package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.entries;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.link;
import static dev.wadah.layer.StoreFixture.symlink;
import static dev.wadah.layer.StoreFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store writes, in each form in which it may be kept. */
class LayerWritingTest {
  @TempDir Path temp;
  private StoreFixture fixture;
  private LayerStore layers;

  @BeforeEach
  void open() throws Exception {
    fixture = new StoreFixture(temp.resolve("store"));
    layers = fixture.layers;
  }

  @ParameterizedTest
  @EnumSource
  void readsBackWhatItWrote(LayerStore.Form form) throws Exception {
    DiffId layer =
        layers.write(
            entries(
                directory("/d", 01777),
                file("/d/f", "hello"),
                symlink("/d/l", "f"),
                file("/z", "")),
            form);

    FileTree tree = layers.tree(LayerStack.EMPTY.plus(layer));
    assertThat(tree.list("/")).containsExactly("d", "z");
    assertThat(tree.list("/d")).containsExactly("f", "l");
    assertThat(tree.find("/d").orElseThrow().mode()).isEqualTo(01777);
    assertThat(tree.find("/d/l").orElseThrow().link()).isEqualTo("f");
    assertThat(text(tree, "/d/f")).isEqualTo("hello");
    assertThat(tree.find("/d/none")).isEmpty();
    assertThat(layers.has(layer)).isTrue();
    assertThat(layers.blob(layer)).isEmpty();
  }

  @Test
  void givesTheSameTarFromEveryForm() throws Exception {
    List<LayerEntry> entries =
        entries(
            directory("/a", 0755),
            file("/a/" + "long".repeat(60), "long name"),
            file("/a/b\uDCFFad", "no UTF-8"),
            file("/a/ü", "umlaut"),
            link("/a/zz", "/a/ü"),
            new LayerEntry.Whiteout("/gone"),
            directory("/o", 0700),
            new LayerEntry.Opaque("/o"),
            symlink("/s", "x".repeat(300)));

    DiffId tree = layers.write(entries, LayerStore.Form.TREE);
    byte[] fromTree = layers.openTar(tree).readAllBytes();
    DiffId tar = layers.write(entries, LayerStore.Form.TAR);

    assertThat(tar).isEqualTo(tree);
    assertThat(Digest.of(fromTree)).isEqualTo(tree.digest());
    assertThat(layers.openTar(tar).readAllBytes()).isEqualTo(fromTree);
    assertThat(layers.tarSizeBytes(tree)).isEqualTo(fromTree.length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void treeAndTarAreOneForEveryTree(long seed) throws Exception {
    Random random = new Random(seed);
    List<LayerEntry> entries = new ArrayList<>();
    randomTree(random, "", 3, entries);

    DiffId tar = layers.write(entries, LayerStore.Form.TAR);
    byte[] bytes = layers.openTar(tar).readAllBytes();
    StoreFixture other = new StoreFixture(temp.resolve("other"));
    DiffId tree = other.layers.write(entries, LayerStore.Form.TREE);

    assertThat(layers.write(inOrder(entries), done -> {})).isEqualTo(tar);
    assertThat(tree).isEqualTo(tar);
    assertThat(other.layers.openTar(tree).readAllBytes()).isEqualTo(bytes);
    assertThat(other.layers.verify()).isEmpty();
  }

  private static LayerEntries inOrder(List<LayerEntry> entries) {
    List<LayerEntry> canonical = CanonicalEntries.of(entries);
    return sink -> {
      for (LayerEntry entry : canonical) {
        sink.take(entry);
      }
    };
  }

  @Test
  void refusesEntriesThatAreNotInOrder() {
    LayerEntries wrong =
        sink -> {
          sink.take(file("/b", ""));
          sink.take(file("/a", ""));
        };
    assertThatThrownBy(() -> layers.write(wrong, done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/a comes after /b");
  }

  private static void randomTree(Random random, String at, int depth, List<LayerEntry> entries) {
    int[] alphabet = "ab-._ ~é\uDC80\uD83D\uDE00日".codePoints().toArray();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      StringBuilder name = new StringBuilder();
      int length = random.nextInt(10) == 0 ? 120 : 1 + random.nextInt(3);
      for (int k = 0; k < length && name.length() < 60; k++) {
        name.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
      }
      String path = at + "/" + name;
      if (!name.toString().matches("\\.{1,2}") && !names.contains(path)) {
        names.add(path);
      }
    }
    for (String path : names) {
      int kind = random.nextInt(6);
      long mtime = (random.nextInt() - 500_000_000L) * 1_000_000_001L;
      int mode = random.nextInt(010000);
      if (kind == 0 && depth > 0) {
        entries.add(node(path, FileNode.Type.DIRECTORY, mode, mtime, random, ""));
        if (random.nextBoolean()) {
          entries.add(new LayerEntry.Opaque(path));
        }
        randomTree(random, path, depth - 1, entries);
      } else if (kind == 1) {
        entries.add(new LayerEntry.Whiteout(path));
      } else if (kind == 2) {
        entries.add(node(path, FileNode.Type.SYMLINK, 0777, mtime, random, "to" + path));
      } else if (kind == 3) {
        entries.add(node(path, FileNode.Type.FIFO, mode, mtime, random, ""));
      } else {
        entries.add(node(path, FileNode.Type.FILE, mode, mtime, random, ""));
        if (kind == 4) {
          entries.add(link(path + "L", path));
        }
      }
    }
  }

  private static LayerEntry node(
      String path, FileNode.Type type, int mode, long mtime, Random random, String link) {
    byte[] bytes = new byte[type == FileNode.Type.FILE ? random.nextInt(200_000) : 0];
    random.nextBytes(bytes);
    boolean capable = type == FileNode.Type.FILE && random.nextInt(4) == 0;
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    FileNode.Identity identity =
        capable
            ? new FileNode.Identity(0, 0, Map.of("security.capability", capability))
            : FileNode.Identity.PLAIN;
    int uid = random.nextInt(10) == 0 ? -2 : random.nextInt(70_000);
    return new LayerEntry.File(
        path,
        new FileNode(
            type, mode, uid, random.nextInt(3_000_000), bytes.length, mtime, link, identity),
        () -> new ByteArrayInputStream(bytes));
  }

  @Test
  void sortsAndCompletesEntriesInAnyOrder() throws Exception {
    DiffId sorted =
        layers.write(
            entries(directory("/a", 0755), file("/a/x", "1"), file("/a-b", "2")),
            LayerStore.Form.TAR);
    DiffId shuffled =
        layers.write(
            entries(
                file("/a-b", "2"), file("/a/x", "1"), directory("/a", 0755), directory("/", 0700)),
            LayerStore.Form.TAR);

    assertThat(shuffled).isEqualTo(sorted);
    assertThatThrownBy(
            () -> layers.write(entries(file("/a", ""), file("/a", "")), LayerStore.Form.TAR))
        .hasMessageContaining("two entries for /a");
    DiffId orphan = layers.write(entries(file("/no/parent", "")), LayerStore.Form.TREE);
    assertThat(Digest.of(layers.openTar(orphan).readAllBytes())).isEqualTo(orphan.digest());
  }

  @Test
  void makesTheFirstOfAFilesNamesTheFile() throws Exception {
    DiffId layer =
        layers.write(
            entries(file("/m", "one"), link("/a", "/m"), link("/z", "/a")), LayerStore.Form.TREE);

    FileTree tree = layers.tree(LayerStack.EMPTY.plus(layer));
    long inode = tree.find("/a").orElseThrow().identity().inode();
    assertThat(inode).isNotZero();
    assertThat(tree.find("/m").orElseThrow().identity().inode()).isEqualTo(inode);
    assertThat(tree.find("/z").orElseThrow().identity().inode()).isEqualTo(inode);
    assertThat(Digest.of(layers.openTar(layer).readAllBytes())).isEqualTo(layer.digest());
  }

  @Test
  void keepsNothingForTheEmptyLayer() throws Exception {
    DiffId layer = layers.write(List.of(), LayerStore.Form.TREE);

    assertThat(layer.toString())
        .isEqualTo("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    assertThat(layers.has(layer)).isTrue();
    assertThat(layers.openTar(layer).readAllBytes()).hasSize(1024);
    assertThat(layers.lowerDirectories(LayerStack.EMPTY.plus(layer))).isEmpty();
    assertThat(layers.tree(LayerStack.EMPTY.plus(layer)).list("/")).isEmpty();
  }
}
