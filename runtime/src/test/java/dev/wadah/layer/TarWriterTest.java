package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.directory;
import static dev.wadah.layer.StoreFixture.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarWriterTest {
  private static final long SECOND = 1_000_000_000L;

  private static FileNode node(long sizeBytes, long mtimeNanos, Map<String, byte[]> xattrs) {
    FileNode.Identity identity = new FileNode.Identity(0, 7, xattrs);
    return new FileNode(
        FileNode.Type.FILE, 0644, 3_000_000, 5, sizeBytes, mtimeNanos, "", identity);
  }

  private static byte[] written(LayerEntry... entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(out);
    for (LayerEntry entry : entries) {
      tar.put(entry);
    }
    tar.end();
    return out.toByteArray();
  }

  private static List<TarArchiveEntry> read(byte[] tar) throws IOException {
    List<TarArchiveEntry> entries = new ArrayList<>();
    try (var in = new TarArchiveInputStream(new ByteArrayInputStream(tar), "UTF-8")) {
      for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.add(entry);
      }
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 5, 10 * SECOND, 1_234_567_890_123_456_789L, 3 * SECOND + 500_000_000})
  void keepsTimesToTheNanosecond(long nanos) throws Exception {
    var content = new LayerEntry.File("/f", node(0, nanos, Map.of()), LayerEntry.Content.NONE);
    var instant = read(written(content)).get(0).getLastModifiedTime().toInstant();
    assertThat(Duration.between(java.time.Instant.EPOCH, instant).toNanos()).isEqualTo(nanos);
  }

  @Test
  void keepsTimesBefore1970() throws Exception {
    var old = node(0, -1_500_000_000L, Map.of());
    byte[] tar = written(new LayerEntry.File("/f", old, LayerEntry.Content.NONE));
    assertThat(new String(tar, StandardCharsets.ISO_8859_1)).contains("14 mtime=-1.5\n");
  }

  @Test
  void keepsCapabilities() throws Exception {
    Map<String, byte[]> xattrs = Map.of("security.capability", new byte[] {'y'});
    var entry = new LayerEntry.File("/f", node(0, 0, xattrs), LayerEntry.Content.NONE);
    assertThat(read(written(entry)).get(0).getExtraPaxHeaders())
        .containsEntry("SCHILY.xattr.security.capability", "y");
  }

  @Test
  void givesOtherNamesOfAFileItsOwnerAndMode() throws Exception {
    byte[] text = "text".getBytes(StandardCharsets.UTF_8);
    String name = "/" + "long/".repeat(60) + "näme";
    var node = node(4, SECOND, Map.of());
    byte[] tar =
        written(
            new LayerEntry.File(name, node, () -> new ByteArrayInputStream(text)),
            new LayerEntry.HardLink("/l", name, node));
    List<TarArchiveEntry> entries = read(tar);
    assertThat(entries.get(0).getName()).isEqualTo(name.substring(1));
    assertThat(entries.get(1).isLink()).isTrue();
    assertThat(entries.get(1).getLinkName()).isEqualTo(name.substring(1));
    assertThat(entries.get(1).getLongUserId()).isEqualTo(3_000_000);
    assertThat(tar.length % 512).isZero();
  }

  @Test
  void refusesAContentThatIsShorterThanItsHeaderSays() {
    var entry =
        new LayerEntry.File(
            "/f", node(5, 0, Map.of()), () -> new ByteArrayInputStream(new byte[4]));
    assertThatThrownBy(() -> written(entry))
        .isInstanceOf(IOException.class)
        .hasMessage("/f is shorter than the 5 bytes that it should have");
  }

  @Test
  void endsWhenItsThreadIsInterrupted() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> written(file("/f", "x"))).isInstanceOf(InterruptedIOException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void takesNoLongerThanThereAreBytesWhenPathsAreLong() throws Exception {
    List<LayerEntry> deep = new ArrayList<>();
    for (int i = 1; i <= 3000; i++) {
      deep.add(directory("/d".repeat(i), 0755));
    }
    long before = System.nanoTime();
    byte[] tar = written(deep.toArray(LayerEntry[]::new));
    assertThat(tar).hasSizeGreaterThan(9_000_000);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
  }
}
