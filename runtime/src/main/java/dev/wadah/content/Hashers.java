package dev.wadah.content;

import dev.wadah.oci.Digest;
import java.io.Closeable;
import java.io.IOException;

/** Computes digests of bytes that nobody keeps, at the speed of {@link BlobOutput}. For threads. */
public final class Hashers {
  private final Blocks blocks = new Blocks();

  /** Begins; the caller closes it. */
  public Hasher open() {
    return new Hasher(new BlobOutput(BlobOutput.NO_FILE, blocks));
  }

  /** One digest in the making. For use by one thread. */
  public static final class Hasher implements Closeable {
    private final BlobOutput out;

    private Hasher(BlobOutput out) {
      this.out = out;
    }

    /** Takes the bytes. */
    public ByteSink sink() {
      return out;
    }

    /** Bytes taken so far. */
    public long sizeBytes() {
      return out.sizeBytes();
    }

    /** The digest of all bytes; nothing may follow. */
    public Digest finish() throws IOException {
      return out.finish();
    }

    @Override
    public void close() {
      out.release();
    }
  }
}
