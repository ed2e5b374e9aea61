package dev.wadah.layer.toc;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarSections;
import dev.wadah.oci.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** An entry of a tar on its way into a list: complete when all its chunks have their places. */
final class ListedFile {
  private final TarEntry entry;
  private final long mode;
  private final OptionalLong access;
  private final OptionalLong change;
  private final List<Chunk> chunks = new ArrayList<>(1);
  private Digest digest;
  private int placed;
  private boolean ended;

  /** The entry that is the current one of {@code tar}. */
  ListedFile(TarEntry entry, TarSections tar) {
    this.entry = entry;
    this.mode = tar.mode();
    this.access = tar.accessNanos();
    this.change = tar.changeNanos();
  }

  /**
   * A piece of the content that is compressed for itself.
   *
   * @param at where in the content it begins
   * @param sizeBytes uncompressed
   * @param offset where in the layer it begins
   * @param end where in the layer it ends
   * @param digest of its bytes, uncompressed
   */
  record Chunk(long at, int sizeBytes, long offset, long end, Digest digest) {}

  TarEntry entry() {
    return entry;
  }

  long mode() {
    return mode;
  }

  OptionalLong access() {
    return access;
  }

  OptionalLong change() {
    return change;
  }

  /** In their order, which is that in which they were announced. */
  List<Chunk> chunks() {
    return chunks;
  }

  /** Digest of the content; null for an empty one. */
  Digest digest() {
    return digest == null && !chunks.isEmpty() ? chunks.get(0).digest() : digest;
  }

  void add(Chunk chunk) {
    chunks.add(chunk);
    placed++;
  }

  /**
   * Says that the content was read.
   *
   * @param count of its chunks
   * @param whole its digest; null when it has one chunk at most
   */
  void end(int count, Digest whole) {
    placed -= count;
    digest = whole;
    ended = true;
  }

  boolean isComplete() {
    return ended && placed == 0;
  }
}
