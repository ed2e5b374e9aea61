package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.entries;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.link;
import static dev.wadah.layer.StoreFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerStoreTest {
  @TempDir Path temp;
  private StoreFixture fixture;
  private LayerStore layers;

  @BeforeEach
  void open() throws Exception {
    fixture = new StoreFixture(temp.resolve("store"));
    layers = fixture.layers;
  }

  @Test
  void readsARemoteBlobOnceAndOnlyWhenItIsNeeded() throws Exception {
    byte[] tar = new TarBytes().file("f", "remote").bytes();
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(tar);
    }
    DiffId layer = new DiffId(Digest.of(tar));
    AtomicInteger reads = new AtomicInteger();
    Descriptor blob =
        Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(zipped.toByteArray()), zipped.size());
    layers.addBlob(
        layer,
        blob,
        asked -> {
          reads.incrementAndGet();
          return new ByteArrayInputStream(zipped.toByteArray());
        });
    FileTree tree = layers.tree(LayerStack.EMPTY.plus(layer));
    assertThat(reads).hasValue(0);

    List<Callable<String>> readers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      readers.add(() -> text(layers.tree(LayerStack.EMPTY.plus(layer)), "/f"));
    }
    var pool = Executors.newFixedThreadPool(8);
    for (var answer : pool.invokeAll(readers)) {
      assertThat(answer.get()).isEqualTo("remote");
    }
    pool.shutdown();

    assertThat(text(tree, "/f")).isEqualTo("remote");
    assertThat(reads).hasValue(1);
    StoreFixture later = new StoreFixture(temp.resolve("store"));
    assertThat(later.layers.has(layer)).isTrue();
    assertThat(later.layers.blob(layer)).contains(blob);
    assertThat(later.layers.openTar(layer).readAllBytes()).isEqualTo(tar);
  }

  @Test
  void refusesABlobThatHoldsAnotherLayer() throws Exception {
    byte[] tar = new TarBytes().file("f", "true").bytes();
    byte[] forged = new TarBytes().file("f", "fake").bytes();
    DiffId layer = new DiffId(Digest.of(tar));
    layers.addBlob(
        layer,
        Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(forged), forged.length),
        blob -> new ByteArrayInputStream(forged));

    assertThatThrownBy(() -> layers.lowerDirectories(LayerStack.EMPTY.plus(layer)))
        .isInstanceOf(DigestMismatchException.class)
        .hasMessageContaining(layer.toString());
    assertThat(Posix.names(Posix.CWD, temp + "/store/layers/trees")).isEmpty();
    assertThat(Posix.names(Posix.CWD, temp + "/store/layers/staging")).isEmpty();
  }

  @Test
  void mergesLayersAsOverlayDoes() throws Exception {
    LayerStack stack =
        fixture.stack(
            new TarBytes()
                .directory("d/")
                .file("d/low", "0")
                .file("d/both", "0")
                .directory("o/")
                .file("o/hidden", "0")
                .directory("was/")
                .file("was/below", "0")
                .file("gone", "0")
                .bytes(),
            new TarBytes()
                .file(".wh.gone", "")
                .directory("d/")
                .file("d/both", "1")
                .directory("o/")
                .file("o/.wh..wh..opq", "")
                .file("o/new", "1")
                .file("was", "a file now")
                .bytes());

    FileTree tree = layers.tree(stack);

    assertThat(tree.list("/")).containsExactly("d", "o", "was");
    assertThat(tree.list("/d")).containsExactly("both", "low");
    assertThat(text(tree, "/d/both")).isEqualTo("1");
    assertThat(tree.list("/o")).containsExactly("new");
    assertThat(tree.find("/o/hidden")).isEmpty();
    assertThat(tree.find("/gone")).isEmpty();
    assertThat(tree.find("/was/below")).isEmpty();
  }

  @Test
  void completesALayerFromTheOnesBelow() throws Exception {
    byte[] base =
        new TarBytes()
            .block(withMode(TarBytes.header('5', "usr/", "", 0), 0711))
            .directory("usr/bin/")
            .file("usr/bin/tool", "tool")
            .symlink("lib", "usr/bin")
            .bytes();
    byte[] other =
        new TarBytes().directory("usr/").directory("usr/bin/").file("usr/bin/tool", "2").bytes();
    byte[] sparse =
        new TarBytes()
            .file("usr/bin/new", "new")
            .hardLink("usr/link", "usr/bin/tool")
            .file("lib/through", "link")
            .bytes();

    String onBase = fixture.unpack(base, sparse);
    String onOther = fixture.unpack(other, sparse);

    assertThat(StoreFixture.mode(onBase + "/usr")).isEqualTo(0711);
    assertThat(Files.readString(Path.of(onBase, "usr/link"))).isEqualTo("tool");
    assertThat(Files.readString(Path.of(onBase, "usr/bin/through"))).isEqualTo("link");
    assertThat(onOther).isNotEqualTo(onBase);
    assertThat(Files.readString(Path.of(onOther, "usr/link"))).isEqualTo("2");
    assertThat(Files.readString(Path.of(onOther, "lib/through"))).isEqualTo("link");
  }

  private static byte[] withMode(byte[] header, int mode) {
    TarBytes.octal(header, 100, 8, mode);
    return header;
  }

  @ParameterizedTest
  @EnumSource
  void answersFromATarAsFromATree(LayerStore.Form form) throws Exception {
    DiffId base =
        layers.write(
            entries(
                directory("/d", 0755),
                file("/d/a", "1"),
                file("/d/b", "2"),
                file("/gone", "3"),
                directory("/o", 0755),
                file("/o/x", "4")),
            LayerStore.Form.TAR);
    DiffId top =
        layers.write(
            entries(
                directory("/d", 0750),
                file("/d/a", "x".repeat(300_000) + "end"),
                link("/d/c", "/d/a"),
                new LayerEntry.Whiteout("/gone"),
                directory("/o", 0755),
                new LayerEntry.Opaque("/o"),
                file("/o/y", "5")),
            form);

    FileTree tree = layers.tree(LayerStack.EMPTY.plus(base).plus(top));

    assertThat(tree.list("/")).containsExactly("d", "o");
    assertThat(tree.list("/d")).containsExactly("a", "b", "c");
    assertThat(tree.list("/o")).containsExactly("y");
    assertThat(tree.find("/d").orElseThrow().mode()).isEqualTo(0750);
    assertThat(text(tree, "/d/c")).isEqualTo("x".repeat(300_000) + "end");
    assertThat(text(tree, "/d/b")).isEqualTo("2");
    assertThat(tree.find("/d/a").orElseThrow().identity().inode())
        .isNotZero()
        .isEqualTo(tree.find("/d/c").orElseThrow().identity().inode());
    assertThat(tree.find("/o/x")).isEmpty();
    boolean unpacked = Posix.names(Posix.CWD, temp + "/store/layers/trees").length > 0;
    assertThat(unpacked).isEqualTo(form == LayerStore.Form.TREE);
    assertThat(layers.lowerDirectories(LayerStack.EMPTY.plus(base).plus(top))).hasSize(2);
    assertThat(layers.tree(LayerStack.EMPTY.plus(base).plus(top)).list("/d"))
        .containsExactly("a", "b", "c");
  }

  @Test
  void findsDamagedTreesAndBlobs() throws Exception {
    DiffId good = layers.write(entries(file("/good", "1")), LayerStore.Form.TREE);
    DiffId bad = layers.write(entries(file("/bad", "1")), LayerStore.Form.TREE);
    DiffId blob = layers.write(entries(file("/blob", "1")), LayerStore.Form.TAR);
    Path tree = layers.lowerDirectories(LayerStack.EMPTY.plus(bad)).get(0);
    Files.writeString(tree.resolve("bad"), "2");
    Path file = fixture.content.path(blob.digest());
    byte[] bytes = Files.readAllBytes(file);
    bytes[600] ^= 1;
    Files.write(file, bytes);

    assertThat(layers.verify()).singleElement().asString().contains(bad.toString());
    assertThat(fixture.content.verify())
        .singleElement()
        .asString()
        .contains(blob.digest().toString());
    assertThatThrownBy(() -> layers.openTar(bad).readAllBytes())
        .isInstanceOf(DigestMismatchException.class);
    assertThat(layers.openTar(good).readAllBytes()).hasSize(2048);
  }

  @Test
  void forgetsADeletedLayer() throws Exception {
    DiffId layer = layers.write(entries(file("/f", "1")), LayerStore.Form.TREE);
    assertThat(layers.list()).containsExactly(layer);

    layers.delete(layer);
    layers.delete(layer);

    assertThat(layers.has(layer)).isFalse();
    assertThat(layers.list()).isEmpty();
    assertThatThrownBy(() -> layers.openTar(layer)).isInstanceOf(NoSuchFileException.class);
    assertThat(Posix.names(Posix.CWD, temp + "/store/layers/trees")).isEmpty();
  }

  @Test
  void removesOldTreesThatNoRecordNames() throws Exception {
    DiffId kept = layers.write(entries(file("/f", "1")), LayerStore.Form.TREE);
    Files.createDirectories(temp.resolve("store/layers/trees/orphan/d"));

    assertThat(layers.removeOrphans(Duration.ofHours(1))).isZero();
    assertThat(layers.removeOrphans(Duration.ofSeconds(-10))).isEqualTo(1);
    assertThat(layers.verify()).isEmpty();
    assertThat(layers.openTar(kept).readAllBytes()).hasSize(2048);
  }

  @Test
  void removesWhatADeadProcessLeftHalfMade() throws Exception {
    Path staging = temp.resolve("store/layers/staging");
    Files.createDirectories(staging.resolve("dead/tree"));
    Files.createFile(staging.resolve("dead.lock"));
    Files.createDirectories(staging.resolve("alive"));
    int held = Posix.tryLock(staging.resolve("alive.lock").toString());

    StoreFixture again = new StoreFixture(temp.resolve("store"));

    assertThat(Arrays.asList(Posix.names(Posix.CWD, staging.toString())))
        .containsExactlyInAnyOrder("alive", "alive.lock");
    Posix.close(held);
    assertThat(again.layers.list()).isEmpty();
    assertThat(FileStatus.of(staging + "/dead")).isNull();
  }
}
