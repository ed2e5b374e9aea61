package dev.wadah.image;

import dev.wadah.content.ContentStore;
import dev.wadah.content.ForwardInputStream;
import dev.wadah.layer.UnpackLimits;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** Puts blobs into the content store in one pass that also computes their diffID. */
public final class BlobIntake {
  /** Large, since each step goes through a digest and a system call. */
  public static final int BUFFER_BYTES = 256 << 10;

  private final ContentStore content;
  private final Optional<UnpackLimits> limits;

  /** An intake with the limits that the environment sets. */
  public BlobIntake(ContentStore content) {
    this.content = content;
    this.limits = Optional.empty();
  }

  /** An intake with limits of its own. */
  public BlobIntake(ContentStore content, UnpackLimits limits) {
    this.content = content;
    this.limits = Optional.of(limits);
  }

  /**
   * Stores all of {@code in}, which stays open.
   *
   * @param what what messages call it
   * @throws ImageException if it is compressed and damaged
   */
  public StoredBlob take(InputStream in, String what) throws IOException {
    PushbackInputStream source = new PushbackInputStream(in, BlobEncoding.HEAD_BYTES);
    byte[] head = source.readNBytes(BlobEncoding.HEAD_BYTES);
    source.unread(head);
    BlobEncoding encoding = BlobEncoding.of(head);
    try (ContentStore.Ingest ingest = content.ingest()) {
      if (encoding == BlobEncoding.PLAIN) {
        copy(source, ingest.out());
        Digest digest = ingest.commit();
        return new StoredBlob(digest, ingest.sizeBytes(), new DiffId(digest), encoding);
      }
      Digest tar = hashDecoded(encoding, source, ingest.out(), what);
      Digest digest = ingest.commit();
      return new StoredBlob(digest, ingest.sizeBytes(), new DiffId(tar), encoding);
    }
  }

  private Digest hashDecoded(BlobEncoding encoding, InputStream in, OutputStream copy, String what)
      throws IOException {
    Tee tee = new Tee(in, copy);
    MessageDigest hash = Sha256.create();
    byte[] buffer = new byte[BUFFER_BYTES];
    UnpackLimits most = limits.isPresent() ? limits.get() : UnpackLimits.of(System.getenv());
    long unpacked = 0;
    try {
      // The decoder is not closed: that would close the archive below it.
      @SuppressWarnings("resource")
      InputStream decoded = encoding.decode(tee);
      for (int n = decoded.read(buffer); n >= 0; n = decoded.read(buffer)) {
        hash.update(buffer, 0, n);
        unpacked += n;
        most.check(unpacked, tee.copied, what);
      }
    } catch (IOException e) {
      if (tee.copyFailed || e instanceof InvalidLayerException) {
        throw e;
      }
      String name = encoding.name().toLowerCase(java.util.Locale.ROOT);
      throw new ImageException("%s: its %s data is damaged or cut off".formatted(what, name), e);
    }
    // What follows the last frame belongs to the blob as well.
    while (tee.read(buffer) >= 0) {
      // read for the copy's sake
    }
    return Digest.ofSha256(hash.digest());
  }

  /**
   * Copies all of {@code in}; both streams stay open.
   *
   * @throws InterruptedIOException if the thread is interrupted; files do not heed that themselves
   */
  public static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while a blob was copied");
      }
      out.write(buffer, 0, n);
    }
  }

  /** Copies what is read from it. */
  private static final class Tee extends ForwardInputStream {
    private final OutputStream copy;

    /** Whether the place of the copy is at fault, such as a full disk, and not the input. */
    private boolean copyFailed;

    private long copied;

    Tee(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = in.read(buffer, offset, length);
      if (n > 0) {
        copyFailed = true;
        copied += n;
        copy.write(buffer, offset, n);
        copyFailed = false;
      }
      return n;
    }

    @Override
    public void close() {
      // The archive below goes on.
    }
  }
}
