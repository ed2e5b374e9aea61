package dev.wadah.layer.toc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.layer.Compression;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A layer as it was written. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record WrittenLayer(byte[] bytes, SeekableWriter.Written written, Descriptor descriptor) {
  /** Writes a layer; nothing is left in the folder that is written in. */
  static WrittenLayer write(Path scratch, byte[] tar, SeekableForm form, int processors)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SeekableWriter.Written written =
        new SeekableWriter(scratch).write(new ByteArrayInputStream(tar), out, form, 3, processors);
    assertThat(scratch).isEmptyDirectory();
    byte[] bytes = out.toByteArray();
    String type =
        form == SeekableForm.ESTARGZ ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER_ZSTD;
    return new WrittenLayer(
        bytes,
        written,
        Descriptor.of(type, Digest.of(bytes), bytes.length).withAnnotations(written.annotations()));
  }

  byte[] part(long offset, long length) {
    return Arrays.copyOfRange(bytes, (int) offset, (int) (offset + length));
  }

  byte[] tar() throws IOException {
    try (InputStream in = Compression.decompress(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }

  /** The names of a tar, in order. */
  static List<String> names(byte[] tar) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        names.add(entry.name());
      }
    }
    return names;
  }
}
