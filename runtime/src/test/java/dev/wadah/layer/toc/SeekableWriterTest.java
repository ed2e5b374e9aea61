package dev.wadah.layer.toc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.layer.IndexBuilder;
import dev.wadah.layer.Listings.Listing;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is what its own reader takes for the layer, or is refused. */
class SeekableWriterTest {
  @TempDir Path temp;
  private SampleTars samples;

  @BeforeEach
  void prepare() {
    samples = new SampleTars(temp.resolve("source"));
  }

  private WrittenLayer write(byte[] tar, SeekableForm form, int processors) throws IOException {
    return WrittenLayer.write(temp.resolve("scratch"), tar, form, processors);
  }

  private static byte[] index(byte[] tar) throws IOException {
    IndexBuilder index = new IndexBuilder();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        Optional<String> wanted = index.add(entry);
        if (wanted.isPresent()) {
          index.keep(wanted.get(), reader.content().readAllBytes());
        }
      }
    }
    return index.build().orElseThrow().toBytes();
  }

  @ParameterizedTest
  @EnumSource
  void writesWhatItsOwnReaderTakesForTheSameLayer(SeekableForm form) throws Exception {
    for (Map.Entry<String, byte[]> tar : samples.tars().entrySet()) {
      WrittenLayer blob = write(tar.getValue(), form, 2);
      assertThat(SeekableLayers.form(blob.descriptor())).as(tar.getKey()).contains(form);
      Listing listing = SeekableLayers.listing(blob.descriptor(), blob::part).orElseThrow();
      assertThat(listing.read().toBytes()).as(tar.getKey()).isEqualTo(index(blob.tar()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void dependsOnTheTarAndTheLevelOnly(SeekableForm form) throws Exception {
    byte[] tar = SampleTars.everything();
    byte[] one = write(tar, form, 1).bytes();
    assertThat(write(tar, form, 2).bytes()).isEqualTo(one);
    assertThat(write(tar, form, 7).bytes()).isEqualTo(one);
  }

  @Test
  void keepsTheTarInZstdChunkedLayers() throws Exception {
    for (Map.Entry<String, byte[]> tar : samples.tars().entrySet()) {
      WrittenLayer blob = write(tar.getValue(), SeekableForm.ZSTD_CHUNKED, 2);
      assertThat(blob.tar()).as(tar.getKey()).isEqualTo(tar.getValue());
      assertThat(blob.written().diffId()).isEmpty();
    }
  }

  @Test
  void addsAMarkAndTheListToTheTarOfEstargzLayers() throws Exception {
    for (Map.Entry<String, byte[]> tar : samples.tars().entrySet()) {
      WrittenLayer blob = write(tar.getValue(), SeekableForm.ESTARGZ, 2);
      byte[] written = blob.tar();
      assertThat(blob.written().diffId()).contains(new DiffId(Digest.of(written)));
      assertThat(blob.written().annotations())
          .containsEntry("io.containers.estargz.uncompressed-size", "" + written.length);
      List<String> names = new ArrayList<>();
      names.add(".no.prefetch.landmark");
      names.addAll(WrittenLayer.names(tar.getValue()));
      names.add("stargz.index.json");
      assertThat(WrittenLayer.names(written)).as(tar.getKey()).isEqualTo(names);
      // the same once more: what an earlier conversion added is not there twice
      assertThat(WrittenLayer.names(write(written, SeekableForm.ESTARGZ, 2).tar()))
          .isEqualTo(names);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "is there twice",
        "is not UTF-8",
        "has a sparse file",
        "has the type 'S'",
        "has a header of the type 'g'",
        "has the type '7'",
        "has fields that its type does not have"
      })
  void refusesWhatNoListCanSay(String what) throws Exception {
    byte[] tar = samples.odd(what);
    for (SeekableForm form : SeekableForm.values()) {
      assertThatThrownBy(() -> write(tar, form, 2))
          .isInstanceOf(UnlistedLayerException.class)
          .hasMessageEndingWith(what);
      assertThat(temp.resolve("scratch")).isEmptyDirectory();
    }
  }

  @Test
  void refusesATarThatGoesOnBehindItsEndWhereThatIsKept() throws Exception {
    byte[] tar = new OwnTar().file("f", 5).end();
    byte[] longer = Arrays.copyOf(tar, tar.length + 512);
    longer[tar.length] = 1;
    assertThatThrownBy(() -> write(longer, SeekableForm.ZSTD_CHUNKED, 2))
        .isInstanceOf(UnlistedLayerException.class);
    assertThat(WrittenLayer.names(write(longer, SeekableForm.ESTARGZ, 2).tar())).contains("f");
  }

  @ParameterizedTest
  @EnumSource
  void stopsWhenItsThreadIsInterrupted(SeekableForm form) {
    byte[] tar = SampleTars.everything();
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                new SeekableWriter(temp.resolve("scratch"))
                    .write(new ByteArrayInputStream(tar), OutputStream.nullOutputStream(), form, 3))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
