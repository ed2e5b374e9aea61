package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Layers whose directories lie deeper than a path may be long, and a stack of calls be deep. */
class DeepLayerTest {
  private static final int DEPTH = 2100;
  private static final String BOTTOM = "/d".repeat(DEPTH);

  @TempDir Path temp;
  private StoreFixture fixture;

  @BeforeEach
  void open() throws Exception {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterEach
  void remove() throws Exception {
    Posix.removeTree(Posix.CWD, temp + "/store"); // JUnit gives up on such depths
  }

  private static List<LayerEntry> deep() {
    List<LayerEntry> entries = new ArrayList<>();
    for (int i = 1; i <= DEPTH; i++) {
      entries.add(directory("/d".repeat(i), 0700 + i % 8));
    }
    entries.add(file(BOTTOM + "/f", "bottom"));
    entries.add(StoreFixture.symlink(BOTTOM + "/l", "f"));
    return entries;
  }

  @ParameterizedTest
  @EnumSource
  void keepsAndReadsADeepLayer(LayerStore.Form form) throws Exception {
    DiffId layer = fixture.layers.write(deep(), form);

    FileTree tree = fixture.layers.tree(LayerStack.EMPTY.plus(layer));
    assertThat(tree.list(BOTTOM)).containsExactly("f", "l");
    assertThat(text(tree, BOTTOM + "/f")).isEqualTo("bottom");
    assertThat(tree.find(BOTTOM).orElseThrow().mode()).isEqualTo(0700 + DEPTH % 8);
  }

  @Test
  void makesTheParentsThatNoEntryNames() throws Exception {
    TarBytes tar = new TarBytes().pax("path", BOTTOM.substring(1) + "/f").file("a", "x");
    String unpacked = fixture.unpack(tar.bytes());
    assertThat(FileStatus.of(unpacked + BOTTOM + "/f").sizeBytes()).isEqualTo(1);
    assertThat(StoreFixture.mode(unpacked + BOTTOM)).isEqualTo(0755);
  }

  @Test
  void unpacksADeepLayerAndTakesItAsAChange() throws Exception {
    String upper = fixture.unpack(tarOf(deep()));
    assertThat(FileStatus.of(upper + BOTTOM + "/f").sizeBytes()).isEqualTo(6);
    assertThat(Posix.readlink(Posix.CWD, upper + BOTTOM + "/l")).isEqualTo("f");
    assertThat(FileStatus.of(upper + BOTTOM + "/none/at/all")).isNull();
    assertThat(FileStatus.of(upper + "/none" + BOTTOM)).isNull();
    Path moved = temp.resolve("store/work/upper");
    Posix.mkdir(Posix.CWD, moved.getParent().toString(), 0700);
    Posix.rename(Posix.CWD, upper, Posix.CWD, moved.toString(), 0);
    // A whiteout of nothing is no change.
    Posix.mknod(Posix.CWD, moved + BOTTOM + "/gone", FileStatus.S_IFCHR, 0);

    StoreFixture other = new StoreFixture(temp.resolve("store"));
    DiffId layer = other.layers.commit(moved, LayerStack.EMPTY, List.of());
    assertThat(other.layers.tree(LayerStack.EMPTY.plus(layer)).list(BOTTOM))
        .containsExactly("f", "l");
  }

  @Test
  void copiesADeepLayerAndFindsWhatChangedInIt() throws Exception {
    LayerStack stack = LayerStack.EMPTY.plus(fixture.layers.write(deep(), LayerStore.Form.TAR));
    Path root = temp.resolve("store/copy");
    Posix.mkdir(Posix.CWD, root.toString(), 0755);
    CopiedTree tree = new CopiedTree(fixture.layers, root, "/");
    tree.extend(stack);
    assertThat(StoreFixture.mode(root + BOTTOM)).isEqualTo(0700 + DEPTH % 8);
    tree.begin();
    Posix.unlink(Posix.CWD, root + BOTTOM + "/l");

    DiffId layer = tree.commit(List.of());

    assertThat(fixture.layers.tree(stack.plus(layer)).list(BOTTOM)).containsExactly("f");
    assertThat(tree.isPartOf(stack.plus(layer))).isTrue();
  }

  private static byte[] tarOf(List<LayerEntry> entries) throws Exception {
    try (InputStream in = new TarStream(CanonicalEntries.of(entries))) {
      return in.readAllBytes();
    }
  }
}
