package dev.wadah.content;

import dev.wadah.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Blobs by digest. Safe for threads and processes; nothing is visible before it is whole. */
public interface ContentStore {
  /** Whether the blob is here. */
  boolean has(Digest digest) throws IOException;

  /** Its size. */
  long sizeBytes(Digest digest) throws IOException;

  /**
   * Opens a blob.
   *
   * @throws java.nio.file.NoSuchFileException if it is not here
   */
  InputStream open(Digest digest) throws IOException;

  /** The file that holds the blob; read only. */
  java.nio.file.Path path(Digest digest) throws IOException;

  /** Begins a blob; close without commit throws it away. */
  Ingest ingest() throws IOException;

  /** Stores small content; idempotent. */
  default Digest put(byte[] content) throws IOException {
    try (Ingest ingest = ingest()) {
      ingest.out().write(content);
      return ingest.commit();
    }
  }

  /** A whole small blob. */
  default byte[] read(Digest digest) throws IOException {
    try (InputStream in = open(digest)) {
      return in.readAllBytes();
    }
  }

  /** All digests, in no order. */
  List<Digest> list() throws IOException;

  /**
   * Recomputes the digest of every blob; one line for each that does not fit its name or cannot be
   * read. A blob that somebody removes meanwhile is no problem; nor is one that a power cut has
   * torn, which is removed.
   */
  List<String> verify() throws IOException;

  /** Removes a blob; idempotent. */
  void delete(Digest digest) throws IOException;

  /** A blob being written. */
  interface Ingest extends Closeable {
    /** Where the bytes go; hashes as it writes. Closing it does nothing; nothing follows commit. */
    BlobOutput out();

    /** Bytes written so far. */
    long sizeBytes();

    /**
     * Makes the blob visible; a nil error means that it is there, not that this call put it there.
     */
    Digest commit() throws IOException;

    /**
     * As {@link #commit()}, after checking the digest.
     *
     * @throws DigestMismatchException if the bytes are others; nothing becomes visible
     */
    Digest commit(Digest expected) throws IOException;
  }
}
