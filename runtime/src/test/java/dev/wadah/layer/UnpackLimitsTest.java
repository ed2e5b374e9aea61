package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.BlobIntake;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blobs that become far more than they are. */
@Timeout(60)
class UnpackLimitsTest {
  private static final long MIB = 1 << 20;
  private static final UnpackLimits ROOMY = new UnpackLimits(1 << 30, 1 << 30, 1 << 30, 0);

  @TempDir Path temp;
  private byte[] tar;

  @BeforeEach
  void makeZeros() {
    tar = new TarBytes().file("before", "x").entry('0', "zeros", "", new byte[64 << 20]).bytes();
  }

  private static byte[] packed(byte[] plain, Compression compression) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compression.compress(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private LayerStore store(UnpackLimits limits) throws IOException {
    Store store = Store.open(temp.resolve("store"));
    return new LayerStore(
        store, new DirectoryContentStore(store), new TreeForm(store, TreeForm.Probe.NONE), limits);
  }

  private static LayerStack stack(LayerStore layers, byte[] tar, byte[] blob) throws IOException {
    DiffId layer = new DiffId(Digest.of(tar));
    layers.addBlob(
        layer,
        Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(blob), blob.length),
        wanted -> new ByteArrayInputStream(blob));
    return LayerStack.of(List.of(layer));
  }

  private void assertNothingIsLeft() throws IOException {
    for (String room : List.of("layers/staging", "layers/trees", "blobs/ingest")) {
      try (Stream<Path> files = Files.list(temp.resolve("store").resolve(room))) {
        assertThat(files).as(room).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void refusesALayerThatBecomesTooLarge(Compression compression) throws IOException {
    byte[] blob = packed(tar, compression);
    UnpackLimits limits = new UnpackLimits(20 * MIB, 1 << 30, 1 << 30, 0);
    LayerStore layers = store(limits);
    LayerStack stack = stack(layers, tar, blob);
    assertThatThrownBy(() -> layers.lowerDirectories(stack))
        .isInstanceOf(InvalidLayerException.class)
        .hasMessageContaining("layer " + stack.layers().get(0))
        .hasMessageContaining("unpack to more than 20 MiB")
        .hasMessageContaining("WADAH_UNPACK_LIMIT");
    assertThatThrownBy(() -> layers.openTar(stack.layers().get(0)).readAllBytes())
        .isInstanceOf(InvalidLayerException.class);
    assertNothingIsLeft();
    assertThat(store(ROOMY).lowerDirectories(stack)).as("with other limits it is good").hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void refusesALayerThatIsNearlyNothing(Compression compression) throws IOException {
    byte[] blob = packed(tar, compression);
    assertThat(tar.length / blob.length).isGreaterThan(200);
    LayerStore layers = store(new UnpackLimits(1 << 30, 200, 30 * MIB, 0));
    LayerStack stack = stack(layers, tar, blob);
    assertThatThrownBy(() -> layers.lowerDirectories(stack))
        .isInstanceOf(InvalidLayerException.class)
        .hasMessageContaining("more than 200 bytes for each")
        .hasMessageContaining("WADAH_UNPACK_RATIO");
    assertNothingIsLeft();
    assertThat(store(new UnpackLimits(1 << 30, 200, 100 * MIB, 0)).lowerDirectories(stack))
        .as("below the size from which the ratio counts")
        .hasSize(1);
  }

  @Test
  void leavesTheReserveFree() throws IOException {
    LayerStore layers = store(new UnpackLimits(1 << 30, 1 << 30, 1 << 30, Long.MAX_VALUE));
    LayerStack stack = stack(layers, tar, packed(tar, Compression.GZIP));
    assertThatThrownBy(() -> layers.lowerDirectories(stack))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("WADAH_DISK_RESERVE");
    assertNothingIsLeft();
    byte[] small = new TarBytes().file("a", "small").bytes();
    assertThat(layers.lowerDirectories(stack(layers, small, small))).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD"})
  void refusesWhatIsLoaded(Compression compression) throws IOException {
    byte[] blob = packed(tar, compression);
    Store store = Store.open(temp.resolve("store"));
    DirectoryContentStore content = new DirectoryContentStore(store);
    assertThatThrownBy(
            () ->
                new BlobIntake(content, new UnpackLimits(20 * MIB, 1 << 30, 1 << 30, 0))
                    .take(new ByteArrayInputStream(blob), "image.tar"))
        .isInstanceOf(InvalidLayerException.class)
        .hasMessageStartingWith("image.tar: ")
        .hasMessageContaining("WADAH_UNPACK_LIMIT");
    assertThat(content.list()).isEmpty();
    assertThat(new BlobIntake(content, ROOMY).take(new ByteArrayInputStream(blob), "x").diffId())
        .isEqualTo(new DiffId(Digest.of(tar)));
  }

  @Test
  void refusesAHeaderOfAGibibyteWithoutMemoryForIt() throws IOException {
    byte[] header = new TarBytes().block(TarBytes.header('x', "pax", "", 1 << 30)).bytes();
    LayerStore layers = store(ROOMY);
    LayerStack stack = stack(layers, header, packed(header, Compression.GZIP));
    assertThatThrownBy(() -> layers.lowerDirectories(stack))
        .isInstanceOf(InvalidLayerException.class)
        .hasMessageContaining("a header of 1073741824 bytes");
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @ValueSource(ints = {28, 31, 41})
  void refusesZstdThatWantsAnEnormousWindow(int windowLog) throws IOException {
    // RFC 8878 3.1.1: magic, no flags, the window's exponent above 10, one last raw block.
    byte[] blob = {
      0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) ((windowLog - 10) << 3), 9, 0, 0, 'x'
    };
    LayerStore layers = store(ROOMY);
    LayerStack stack = stack(layers, new byte[] {'x'}, blob);
    assertThatThrownBy(() -> layers.lowerDirectories(stack))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("memory");
    assertNothingIsLeft();
  }

  @Test
  void readsTheLimitsFromTheEnvironment() throws IOException {
    assertThat(UnpackLimits.of(Map.of())).isEqualTo(UnpackLimits.DEFAULT);
    UnpackLimits limits =
        UnpackLimits.of(
            Map.of(
                "WADAH_UNPACK_LIMIT", " 50G ",
                "WADAH_UNPACK_RATIO", "1000",
                "WADAH_DISK_RESERVE", "800m"));
    assertThat(limits.bytes()).isEqualTo(50L << 30);
    assertThat(limits.ratio()).isEqualTo(1000);
    assertThat(limits.reserveBytes()).isEqualTo(800L << 20);
  }

  @ParameterizedTest
  @CsvSource({"much", "-1", "G", "1.5G", "99999999999T", "1X"})
  void namesAVariableThatIsNoSize(String text) {
    assertThatThrownBy(() -> UnpackLimits.of(Map.of("WADAH_UNPACK_LIMIT", text)))
        .isInstanceOf(IOException.class)
        .hasMessage("WADAH_UNPACK_LIMIT is \"%s\"; it should be a size such as 50G or 800M", text);
  }
}
