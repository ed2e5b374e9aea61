package dev.wadah.layer.toc;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarSections;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a layer in a form of which every file can be read without the others. The bytes depend on
 * the tar and the level only. All processors compress; memory is that of the parts on their way, 32
 * bytes for each entry and a small record for each chunk of the file that is read just now; the
 * list is kept in a file meanwhile.
 */
public final class SeekableWriter {
  /** What is compressed in one piece of a large file, as stargz-snapshotter does. */
  static final int CHUNK_BYTES = 4 << 20;

  private static final int MOST_PROCESSORS = 8;

  private final Path scratch;

  /** Keeps lists in files without a name in {@code scratch}. */
  public SeekableWriter(Path scratch) {
    this.scratch = scratch;
  }

  /**
   * What was written.
   *
   * @param diffId of the tar that is in it; empty when it is the one that was read
   * @param annotations that its descriptor has to have
   */
  public record Written(Optional<DiffId> diffId, Map<String, String> annotations) {}

  /**
   * Writes the layer that {@code tar} is; {@code out} stays open.
   *
   * @param level of gzip or of zstd
   * @throws UnlistedLayerException when a list cannot say what is in this tar
   * @throws InterruptedIOException if the thread is interrupted
   */
  public Written write(InputStream tar, OutputStream out, SeekableForm form, int level)
      throws IOException {
    int processors = Math.min(MOST_PROCESSORS, Runtime.getRuntime().availableProcessors());
    return write(tar, out, form, level, processors);
  }

  Written write(InputStream tar, OutputStream out, SeekableForm form, int level, int processors)
      throws IOException {
    boolean stargz = form == SeekableForm.ESTARGZ;
    try (TarSections sections = new TarSections(stargz ? marked(tar) : tar);
        Target target =
            stargz
                ? new StargzTarget(out, level, processors, scratch)
                : new ChunkedTarget(out, level, processors, scratch)) {
      new Cutting(sections, target).all();
      return target.finish(sections.end());
    }
  }

  private static InputStream marked(InputStream tar) {
    return new SequenceInputStream(new ByteArrayInputStream(StargzTarget.landmark()), tar);
  }

  /** What a form makes of the sections of a tar. */
  interface Target extends Closeable {
    /** Takes what stands in front of the next content; false when the entry shall not be there. */
    boolean front(TarEntry entry, TarSections tar) throws IOException;

    /** Begins a piece of content. */
    void begin(int length, PartStream.Place place) throws IOException;

    /** Takes bytes of content. */
    void content(byte[] bytes, int length) throws IOException;

    /** Hears that the content of an entry, which may be empty, has ended. */
    void ended(TarEntry entry) throws IOException;

    /** Takes an entry whose content is all placed; in the order of the tar. */
    void list(ListedFile file) throws IOException;

    /** Writes the end; {@code rest} is what follows the last content, and is read. */
    Written finish(InputStream rest) throws IOException;
  }

  /** Goes through one tar. */
  private static final class Cutting {
    private static final int BUFFER_BYTES = 1 << 16;

    private final TarSections tar;
    private final Target target;
    private final Names names = new Names();
    private final Deque<ListedFile> waiting = new ArrayDeque<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    Cutting(TarSections tar, Target target) {
      this.tar = tar;
      this.target = target;
    }

    void all() throws IOException {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while compressing a layer");
        }
        requireListable(entry);
        if (target.front(entry, tar)) {
          requireNew(entry);
          ListedFile file = new ListedFile(entry, tar);
          waiting.add(file);
          content(file);
          target.ended(entry);
          listReady();
        } else {
          pass();
        }
      }
    }

    private void requireListable(TarEntry entry) throws IOException {
      Optional<String> peculiarity = tar.peculiarity();
      if (peculiarity.isPresent()) {
        throw new UnlistedLayerException(
            "\"%s\" has %s".formatted(entry.name(), peculiarity.get()));
      }
      boolean text = isText(entry.name()) && isText(entry.link());
      if (!text || !entry.extras().xattrs().keySet().stream().allMatch(Cutting::isText)) {
        throw new UnlistedLayerException("\"%s\" is not UTF-8".formatted(entry.name()));
      }
    }

    private void requireNew(TarEntry entry) throws UnlistedLayerException {
      if (!names.add(entry.name())) {
        throw new UnlistedLayerException("\"%s\" is there twice".formatted(entry.name()));
      }
    }

    /** A byte of a name that is no UTF-8 is a surrogate without its other half. */
    private static boolean isText(String name) {
      for (int i = 0; i < name.length(); i++) {
        if (Character.isSurrogate(name.charAt(i))) {
          boolean pair =
              i + 1 < name.length()
                  && Character.isSurrogatePair(name.charAt(i), name.charAt(i + 1));
          if (!pair) {
            return false;
          }
          i++;
        }
      }
      return true;
    }

    private void content(ListedFile file) throws IOException {
      long size = file.entry().sizeBytes();
      MessageDigest whole = size > CHUNK_BYTES ? new NativeSha256() : null;
      int count = 0;
      for (long at = 0; at < size; at += CHUNK_BYTES) {
        chunk(file, at, (int) Math.min(CHUNK_BYTES, size - at), whole);
        count++;
      }
      file.end(count, whole == null ? null : Digest.ofSha256(whole.digest()));
    }

    private void chunk(ListedFile file, long at, int length, MessageDigest whole)
        throws IOException {
      target.begin(
          length,
          (offset, end, digest) -> {
            file.add(new ListedFile.Chunk(at, length, offset, end, digest));
            listReady();
          });
      for (int left = length; left > 0; ) {
        int n = tar.read(buffer, 0, Math.min(left, buffer.length));
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while compressing a layer");
        }
        target.content(buffer, n);
        if (whole != null) {
          whole.update(buffer, 0, n);
        }
        left -= n;
      }
    }

    private void pass() throws IOException {
      int n;
      do {
        n = tar.read(buffer, 0, buffer.length);
      } while (n >= 0);
    }

    private void listReady() throws IOException {
      while (!waiting.isEmpty() && waiting.peek().isComplete()) {
        target.list(waiting.remove());
      }
    }
  }
}
