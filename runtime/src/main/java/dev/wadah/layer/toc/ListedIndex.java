package dev.wadah.layer.toc;

import dev.wadah.layer.Compression;
import dev.wadah.layer.IndexBuilder;
import dev.wadah.layer.LayerIndex;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** Makes the index of a layer of its list, with the few contents that an index keeps. */
final class ListedIndex {
  /** More of a layer is not fetched for one small file. */
  private static final int MOST_PART_BYTES = 1 << 18;

  private final Compression compression;
  private final SeekableLayers.Parts parts;
  private final long listOffset;

  /**
   * The index of one layer.
   *
   * @param compression of each content
   * @param listOffset where the contents end
   */
  ListedIndex(Compression compression, SeekableLayers.Parts parts, long listOffset) {
    this.compression = compression;
    this.parts = parts;
    this.listOffset = listOffset;
  }

  /**
   * The index.
   *
   * @param json the list
   * @param further entries of the tar that are not in the list
   * @throws InvalidLayerException if the list makes no sense, or is nothing for an index
   */
  LayerIndex of(byte[] json, List<TarEntry> further) throws IOException {
    IndexBuilder index = new IndexBuilder();
    List<FileTable.Kept> files = FileTable.read(json, index);
    further.forEach(index::add);
    for (FileTable.Kept file : files) {
      Optional<byte[]> content = content(file);
      if (content.isPresent()) {
        index.keep(file.path(), content.get());
      }
    }
    return index
        .build()
        .orElseThrow(() -> new InvalidLayerException("a list that is nothing for an index"));
  }

  /** Empty when it is not what the list says; then the layer itself is asked. */
  private Optional<byte[]> content(FileTable.Kept file) throws IOException {
    if (file.sizeBytes() == 0) {
      return Optional.of(new byte[0]);
    }
    long end = file.end() == 0 ? listOffset : file.end();
    long length = Math.min(end - file.offset(), MOST_PART_BYTES);
    if (file.offset() <= 0 || length <= 0 || end > listOffset) {
      return Optional.empty();
    }
    byte[] stored = parts.read(file.offset(), (int) length);
    try (InputStream in = compression.open(new ByteArrayInputStream(stored))) {
      byte[] content = in.readNBytes(file.sizeBytes());
      boolean right = Digest.of(content).toString().equals(file.digest());
      return right ? Optional.of(content) : Optional.empty();
    } catch (IOException e) {
      if (!Compression.isBroken(e)) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
