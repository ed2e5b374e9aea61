package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.content.ContentStore;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerTimesTest {
  private static final Instant LATEST = Instant.ofEpochSecond(1_600_000_000);

  @TempDir Path temp;
  private ContentStore content;
  private LayerStore layers;
  private LayerTimes times;

  @BeforeEach
  void open() throws IOException {
    Store store = Store.open(temp);
    content = new DirectoryContentStore(store);
    layers = new LayerStore(store, content);
    times = new LayerTimes(layers, content);
  }

  private static List<LayerEntry> entries(long late) {
    String longName = "/long/" + "n".repeat(120) + "/" + "ä".repeat(90);
    List<LayerEntry> entries = new ArrayList<>();
    entries.add(entry("/a", late, "text", 7));
    entries.add(StoreFixture.link("/b", "/a"));
    entries.add(new LayerEntry.Whiteout("/c"));
    entries.add(entry("/early", 5, "x".repeat(1000), 0));
    entries.add(entry("/negative", -5, "", 0));
    entries.add(entry(longName, late, "y", 0));
    return entries;
  }

  private static LayerEntry entry(String path, long seconds, String text, long inode) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    FileNode node =
        new FileNode(
            FileNode.Type.FILE,
            0644,
            0,
            0,
            bytes.length,
            seconds * 1_000_000_000L,
            "",
            new FileNode.Identity(0, inode, Map.of()));
    return new LayerEntry.File(path, node, () -> new ByteArrayInputStream(bytes));
  }

  @ParameterizedTest
  @EnumSource
  void givesWhatTheLayerWouldBeWithEarlierTimes(LayerStore.Form form) throws IOException {
    DiffId late = layers.write(entries(1_700_000_000), form);
    DiffId latest = layers.write(entries(LATEST.getEpochSecond()), form);
    assertThat(late).isNotEqualTo(latest);
    // The parents that were made have no time of their own, so nothing else differs.
    assertThat(times.atMost(late, LATEST)).isEqualTo(latest);
    assertThat(layers.isHere(latest)).isTrue();
  }

  @Test
  void givesTheSameLayerWhereNothingIsLater() throws IOException {
    DiffId layer = layers.write(entries(1_600_000_000), LayerStore.Form.TREE);
    assertThat(times.atMost(layer, LATEST)).isEqualTo(layer);
    assertThat(content.has(layer.digest())).as("no second copy").isFalse();
    assertThat(times.atMost(LayerStore.EMPTY, LATEST)).isEqualTo(LayerStore.EMPTY);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"sum", "cut", "type"})
  void refusesABrokenTar(String fault) throws IOException {
    DiffId layer = layers.write(entries(1_700_000_000), LayerStore.Form.TAR);
    byte[] tar = content.open(layer.digest()).readAllBytes();
    switch (fault) {
      case "sum" -> tar[20] = 'x';
      case "cut" -> tar = java.util.Arrays.copyOf(tar, 1700);
      default -> {
        tar[1024 + 156] = 'S';
        tar[1024 + 148] = ' ';
      }
    }
    Digest digest = Digest.of(tar);
    try (ContentStore.Ingest ingest = content.ingest()) {
      ingest.out().write(tar);
      ingest.commit(digest);
    }
    DiffId broken = new DiffId(digest);
    layers.addBlob(broken, Descriptor.of(MediaTypes.OCI_LAYER, digest, tar.length), null);
    assertThatThrownBy(() -> times.atMost(broken, LATEST))
        .isInstanceOf(InvalidLayerException.class);
  }
}
