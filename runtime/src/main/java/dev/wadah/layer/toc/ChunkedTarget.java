package dev.wadah.layer.toc;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarSections;
import dev.wadah.oci.Digest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Writes zstd:chunked (containers/storage, pkg/chunked/compressor and internal/minimal): the tar in
 * zstd frames of which each content has its own, and, in frames that decompressors skip, the list,
 * what makes the tar of the files again, and where these two are.
 */
final class ChunkedTarget implements SeekableWriter.Target {
  static final String TAR_SPLIT = "io.github.containers.zstd-chunked.tarsplit-position";

  private static final int SKIPPABLE_MAGIC = 0x184D2A50;
  private static final int SKIPPABLE_HEADER_BYTES = 8;
  private static final long LONGEST_FRAME_BYTES = 0xFFFF_FFFFL;
  private static final int FOOTER_BYTES = 64;
  private static final String FOOTER_MAGIC = "GNUlInUx";

  /** What follows the last file comes in such pieces; whole blocks, since each is read as a tar. */
  private static final int END_PIECE_BYTES = 1 << 16;

  private final OutputStream out;
  private final PartStream parts;
  private final Document files;
  private final ListWriter list;
  private final Document split;
  private final TarSplit tarSplit;
  private Crc64 sum = new Crc64();
  private int padding;

  ChunkedTarget(OutputStream out, int level, int processors, Path scratch) throws IOException {
    this.out = out;
    this.files = new Document(scratch, level);
    this.list = new ListWriter(files, ListWriter.Dialect.CHUNKED);
    this.split = new Document(scratch, level);
    this.tarSplit = new TarSplit(split);
    this.parts =
        new PartStream(
            out, () -> new PartCompressor.Zstd(level), PartStream.Joining.APART, processors);
  }

  /** A document that is compressed into a file; counts its bytes before. */
  private static final class Document extends FilterOutputStream {
    private final Spool spool;
    private long plainBytes;
    private Digest digest;

    Document(Path scratch, int level) throws IOException {
      this(new Spool(scratch), level);
    }

    private Document(Spool spool, int level) throws IOException {
      super(new ZstdOutputStream(spool, level));
      this.spool = spool;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      plainBytes += length;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /** Nothing is written before its time: a flush would change the bytes. */
    @Override
    public void flush() {}

    /** Ends it; the digest of its compressed bytes. */
    Digest finish() throws IOException {
      out.close();
      digest = spool.finish();
      return digest;
    }

    @Override
    public void close() throws IOException {
      out.close();
      spool.drop();
    }
  }

  @Override
  public boolean front(TarEntry entry, TarSections tar) throws IOException {
    parts.put(tar.front(), 0, tar.front().length);
    tarSplit.segment(tar.front(), tar.front().length);
    sum = new Crc64();
    return true;
  }

  @Override
  public void begin(int length, PartStream.Place place) throws IOException {
    parts.begin(length, place);
  }

  @Override
  public void content(byte[] bytes, int length) throws IOException {
    parts.put(bytes, 0, length);
    sum.update(bytes, 0, length);
  }

  @Override
  public void ended(TarEntry entry) throws IOException {
    tarSplit.file(entry.name(), entry.sizeBytes(), sum);
    padding = TarBlocks.padding(entry.sizeBytes());
  }

  @Override
  public void list(ListedFile file) throws IOException {
    list.write(file);
  }

  @Override
  public SeekableWriter.Written finish(InputStream rest) throws IOException {
    end(rest);
    long end = parts.finish();
    tarSplit.finish();
    list.end(Optional.of(split.finish()));
    files.finish();
    long filesAt = end + SKIPPABLE_HEADER_BYTES;
    frame(files.spool);
    long splitAt = filesAt + files.spool.sizeBytes() + SKIPPABLE_HEADER_BYTES;
    frame(split.spool);
    frameHeader(FOOTER_BYTES);
    out.write(footer(filesAt, splitAt));
    return new SeekableWriter.Written(
        Optional.empty(),
        Map.of(
            ChunkedListing.POSITION,
            "%d:%d:%d:1".formatted(filesAt, files.spool.sizeBytes(), files.plainBytes),
            ChunkedListing.CHECKSUM,
            files.digest.toString(),
            TAR_SPLIT,
            "%d:%d:%d".formatted(splitAt, split.spool.sizeBytes(), split.plainBytes)));
  }

  /** Nothing but zero blocks may follow, or tar-split's readers take it for headers. */
  private void end(InputStream rest) throws IOException {
    byte[] first = rest.readNBytes(padding);
    byte[] piece = rest.readNBytes(END_PIECE_BYTES);
    byte[] joined = new byte[first.length + piece.length];
    System.arraycopy(first, 0, joined, 0, first.length);
    System.arraycopy(piece, 0, joined, first.length, piece.length);
    byte[] segment = joined;
    while (segment.length > 0) {
      requireZeros(piece);
      parts.put(segment, 0, segment.length);
      tarSplit.segment(segment, segment.length);
      piece = rest.readNBytes(END_PIECE_BYTES);
      segment = piece;
    }
  }

  private static void requireZeros(byte[] piece) throws UnlistedLayerException {
    boolean zeros = piece.length % TarBlocks.BLOCK == 0;
    for (int i = 0; zeros && i < piece.length; i++) {
      zeros = piece[i] == 0;
    }
    if (!zeros) {
      throw new UnlistedLayerException("something follows the end of the tar");
    }
  }

  private void frame(Spool spool) throws IOException {
    frameHeader(spool.sizeBytes());
    spool.open().transferTo(out);
  }

  /** RFC 8878 section 3.1.2. */
  private void frameHeader(long length) throws IOException {
    if (length > LONGEST_FRAME_BYTES) {
      throw new UnlistedLayerException("a list of %d bytes".formatted(length));
    }
    ByteBuffer header = ByteBuffer.allocate(SKIPPABLE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(header.putInt(SKIPPABLE_MAGIC).putInt((int) length).array());
  }

  private byte[] footer(long filesAt, long splitAt) {
    ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    footer.putLong(filesAt).putLong(files.spool.sizeBytes()).putLong(files.plainBytes).putLong(1);
    footer.putLong(splitAt).putLong(split.spool.sizeBytes()).putLong(split.plainBytes);
    return footer.put(FOOTER_MAGIC.getBytes(StandardCharsets.US_ASCII)).array();
  }

  @Override
  public void close() throws IOException {
    parts.close();
    files.close();
    split.close();
  }
}
