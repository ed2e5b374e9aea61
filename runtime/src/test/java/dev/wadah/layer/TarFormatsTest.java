package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Archives as GNU tar writes them, in all its formats, and streams in all compressions. */
class TarFormatsTest {
  @TempDir Path temp;
  private StoreFixture fixture;
  private Path source;

  @BeforeEach
  void makeSource() throws Exception {
    fixture = new StoreFixture(temp.resolve("store"));
    source = Files.createDirectory(temp.resolve("source"));
    String root = source.toString();
    Files.createDirectory(source.resolve("d"));
    Files.writeString(source.resolve("d/small"), "small");
    Files.write(source.resolve("d/large"), new byte[300_001]);
    Files.writeString(source.resolve("empty"), "");
    Posix.link(Posix.CWD, root + "/d/small", Posix.CWD, root + "/linked");
    Posix.symlink("d/small", Posix.CWD, root + "/soft");
    Posix.mknod(Posix.CWD, root + "/fifo", FileStatus.S_IFIFO | 0600, 0);
    Posix.setModified(Posix.CWD, root + "/empty", 1_234_567_890_000_000_000L);
    Posix.chmod(Posix.CWD, root + "/empty", 04711);
  }

  private void addNamesBeyondV7() throws IOException {
    String root = source.toString();
    Files.writeString(source.resolve("n".repeat(150)), "long");
    Posix.symlink("t".repeat(200), Posix.CWD, root + "/longlink");
    Posix.putFile(Posix.CWD, root + "/bad\uDCFFü", new byte[3], 0, 3, new long[] {0600, -1, -1, 5});
    try (RandomAccessFile sparse = new RandomAccessFile(root + "/sparse", "rw")) {
      for (int i = 0; i < 40; i++) {
        sparse.seek(i * 100_000L);
        sparse.writeByte(i);
      }
      sparse.setLength(9_000_000);
    }
  }

  private byte[] tar(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar", "-C", source.toString(), "-cf", "-"));
    command.addAll(Arrays.asList(options));
    command.add(".");
    Process process = new ProcessBuilder(command).start();
    byte[] bytes = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return bytes;
  }

  private void assertSame(String unpacked, String original, long timeStep) throws IOException {
    String[] names = Posix.names(Posix.CWD, original);
    Arrays.sort(names, PathBytes::compare);
    String[] others = Posix.names(Posix.CWD, unpacked);
    Arrays.sort(others, PathBytes::compare);
    assertThat(others).isEqualTo(names);
    for (String name : names) {
      FileStatus a = FileStatus.of(original + "/" + name);
      FileStatus b = FileStatus.of(unpacked + "/" + name);
      assertThat(b.type()).isEqualTo(a.type());
      assertThat(b.links()).isEqualTo(a.links());
      assertThat(b.uid()).isEqualTo(a.uid());
      assertThat(b.mtimeNanos()).isEqualTo(a.mtimeNanos() / timeStep * timeStep);
      if (a.isDirectory()) {
        assertSame(unpacked + "/" + name, original + "/" + name, timeStep);
      } else if (a.isSymlink()) {
        assertThat(Posix.readlink(Posix.CWD, unpacked + "/" + name))
            .isEqualTo(Posix.readlink(Posix.CWD, original + "/" + name));
      } else {
        assertThat(b.mode()).isEqualTo(a.mode());
      }
      if (a.isFile()) {
        byte[] whole = new byte[(int) a.sizeBytes()];
        byte[] other = new byte[(int) b.sizeBytes()];
        Posix.readFile(Posix.CWD, original + "/" + name, whole, 0, whole.length);
        Posix.readFile(Posix.CWD, unpacked + "/" + name, other, 0, other.length);
        assertThat(other).isEqualTo(whole);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=v7",
        "--format=ustar",
        "--format=oldgnu",
        "--format=gnu",
        "--format=posix"
      })
  void readsPlainFilesOfEveryFormat(String format) throws Exception {
    if (!format.equals("--format=v7")) {
      Files.writeString(source.resolve("d/" + "u".repeat(90)), "prefix");
    }
    if (format.equals("--format=v7")) {
      Posix.unlink(Posix.CWD, source + "/fifo"); // v7 has none
    }
    long step = format.equals("--format=posix") ? 1 : 1_000_000_000;

    assertSame(fixture.unpack(tar(format)), source.toString(), step);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=oldgnu",
        "--format=gnu",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0"
      })
  void readsSparseFilesAndAnyName(String options) throws Exception {
    addNamesBeyondV7();
    String[] all = (options + " --sparse").split(" ", -1);
    long step = options.contains("posix") ? 1 : 1_000_000_000;

    String tree = fixture.unpack(tar(all));

    assertSame(tree, source.toString(), step);
    assertThat(FileStatus.of(tree + "/sparse").sizeBytes()).isEqualTo(9_000_000);
  }

  @Test
  void readsNumbersThatNeedBase256() throws Exception {
    Posix.lchown(Posix.CWD, source + "/empty", 3_000_000, -294_967_296);
    Posix.setModified(Posix.CWD, source + "/empty", -5_000_000_000L);

    assertSame(fixture.unpack(tar("--format=gnu")), source.toString(), 1_000_000_000);
  }

  @ParameterizedTest
  @EnumSource
  void unpacksEveryCompressionInSeveralParts(Compression compression) throws Exception {
    byte[] tar = tar("--format=gnu");
    int half = tar.length / 2;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream first = compress(compression, bytes)) {
      first.write(tar, 0, half);
    }
    try (OutputStream second = compress(compression, bytes)) {
      second.write(tar, half, tar.length - half);
    }
    byte[] packed = bytes.toByteArray();
    assertThat(Compression.detect(packed, packed.length)).isEqualTo(compression);

    DiffId layer = new DiffId(Digest.of(tar));
    fixture.layers.addBlob(
        layer,
        Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(packed), packed.length),
        blob -> new Dribble(packed));
    assertSame(
        fixture.layers.lowerDirectories(LayerStack.EMPTY.plus(layer)).get(0).toString(),
        source.toString(),
        1_000_000_000);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "BZIP2", "XZ"})
  void saysWhenACompressedStreamIsBroken(Compression compression) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compress(compression, bytes)) {
      out.write(tar("--format=gnu"));
    }
    byte[] cut = Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2);

    assertThatThrownBy(
            () -> {
              try (InputStream in = Compression.decompress(new ByteArrayInputStream(cut))) {
                in.readAllBytes();
              }
            })
        .isInstanceOf(IOException.class);
  }

  private static OutputStream compress(Compression compression, OutputStream out)
      throws IOException {
    OutputStream open =
        new java.io.FilterOutputStream(out) {
          @Override
          public void write(byte[] b, int off, int len) throws IOException {
            out.write(b, off, len);
          }

          @Override
          public void close() {}
        };
    return switch (compression) {
      case NONE -> open;
      case GZIP -> new GZIPOutputStream(open);
      case ZSTD -> new ZstdOutputStream(open);
      case BZIP2 -> new BZip2CompressorOutputStream(open);
      case XZ -> new XZOutputStream(open, new LZMA2Options(1));
    };
  }

  /** Gives a few bytes at a time and never says that more is there, as a network may. */
  private static final class Dribble extends ByteArrayInputStream {
    Dribble(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      return super.read(into, offset, Math.min(length, 997));
    }

    @Override
    public synchronized int available() {
      return 0;
    }
  }

  @Test
  void keepsNamesInEveryLocale() throws Exception {
    byte[] tar =
        new TarBytes().pax("path", "caf\u00C3\u00A9/b\u00FFd").file("x", "content").bytes();
    Path file = temp.resolve("in.tar");
    Files.write(file, tar);
    assertThat(runInC(file)).isEqualTo("[caf\\u00e9, b\\udcffd, content, true]");
  }

  private String runInC(Path file) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            LocaleProbe.class.getName(),
            temp.resolve("locale-store").toString(),
            file.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as(out).isZero();
    return out.strip();
  }
}
