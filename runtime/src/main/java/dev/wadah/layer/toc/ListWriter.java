package dev.wadah.layer.toc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.toc.ListedFile.Chunk;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Writes the list that {@link FileTable} reads, entry by entry. */
final class ListWriter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long SECOND = 1_000_000_000L;

  private final JsonGenerator out;
  private final Dialect dialect;

  /** What the two forms of layers write differently. */
  enum Dialect {
    /** A digest of each chunk; the last one's size is 0 (estargz.md "TOCEntry"). */
    STARGZ,
    /** Ends, and nothing of a chunk that is all of its file (containers/storage, FileMetadata). */
    CHUNKED
  }

  /** Begins a list; {@code out} stays open. */
  ListWriter(OutputStream out, Dialect dialect) throws IOException {
    this.out = JSON.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    this.dialect = dialect;
    this.out.writeStartObject();
    this.out.writeNumberField("version", 1);
    this.out.writeArrayFieldStart("entries");
  }

  /** Writes an entry that is complete, and its chunks. */
  void write(ListedFile file) throws IOException {
    TarEntry entry = file.entry();
    out.writeStartObject();
    out.writeStringField("type", type(entry.kind()));
    out.writeStringField("name", entry.name());
    if (!entry.link().isEmpty()) {
      out.writeStringField("linkName", entry.link());
    }
    out.writeNumberField("mode", file.mode());
    out.writeNumberField("uid", Integer.toUnsignedLong(entry.owner().uid()));
    out.writeNumberField("gid", Integer.toUnsignedLong(entry.owner().gid()));
    // Also for 1970: containers/storage gives a file without a time that of its unpacking.
    time("modtime", OptionalLong.of(entry.mtimeNanos()));
    if (dialect == Dialect.CHUNKED) {
      time("accesstime", file.access());
      time("changetime", file.change());
    }
    extras(entry);
    if (entry.sizeBytes() > 0) {
      out.writeNumberField("size", entry.sizeBytes());
      out.writeStringField("digest", file.digest().toString());
      chunk(file, 0);
    }
    out.writeEndObject();
    for (int i = 1; i < file.chunks().size(); i++) {
      out.writeStartObject();
      out.writeStringField("type", "chunk");
      out.writeStringField("name", entry.name());
      chunk(file, i);
      out.writeEndObject();
    }
  }

  private void extras(TarEntry entry) throws IOException {
    boolean device =
        entry.kind() == TarEntry.Kind.CHARACTER_DEVICE
            || entry.kind() == TarEntry.Kind.BLOCK_DEVICE;
    if (device) {
      out.writeNumberField("devMajor", entry.extras().major());
      out.writeNumberField("devMinor", entry.extras().minor());
    }
    if (!entry.extras().xattrs().isEmpty()) {
      out.writeObjectFieldStart("xattrs");
      for (Map.Entry<String, byte[]> xattr : new TreeMap<>(entry.extras().xattrs()).entrySet()) {
        out.writeBinaryField(xattr.getKey(), xattr.getValue());
      }
      out.writeEndObject();
    }
  }

  private void chunk(ListedFile file, int number) throws IOException {
    Chunk chunk = file.chunks().get(number);
    boolean last = number == file.chunks().size() - 1;
    out.writeNumberField("offset", chunk.offset());
    if (chunk.at() > 0) {
      out.writeNumberField("chunkOffset", chunk.at());
    }
    if (dialect == Dialect.STARGZ) {
      if (!last) {
        out.writeNumberField("chunkSize", chunk.sizeBytes());
      }
      out.writeStringField("chunkDigest", chunk.digest().toString());
      return;
    }
    if (number == 0) {
      out.writeNumberField("endOffset", file.chunks().get(file.chunks().size() - 1).end());
    }
    if (file.chunks().size() > 1) {
      out.writeNumberField("chunkSize", chunk.sizeBytes());
      out.writeStringField("chunkDigest", chunk.digest().toString());
    }
  }

  private void time(String field, OptionalLong nanos) throws IOException {
    if (nanos.isPresent()) {
      long time = nanos.getAsLong();
      Instant instant =
          Instant.ofEpochSecond(Math.floorDiv(time, SECOND), Math.floorMod(time, SECOND));
      out.writeStringField(field, instant.toString());
    }
  }

  private static String type(TarEntry.Kind kind) {
    return switch (kind) {
      case FILE -> "reg";
      case HARD_LINK -> "hardlink";
      case SYMLINK -> "symlink";
      case CHARACTER_DEVICE -> "char";
      case BLOCK_DEVICE -> "block";
      case DIRECTORY -> "dir";
      case FIFO -> "fifo";
    };
  }

  /**
   * Writes the end.
   *
   * @param tarSplit digest of what {@link TarSplit} wrote, compressed
   */
  void end(Optional<Digest> tarSplit) throws IOException {
    out.writeEndArray();
    if (tarSplit.isPresent()) {
      out.writeStringField("tarSplitDigest", tarSplit.get().toString());
    }
    out.writeEndObject();
    out.close();
  }
}
