package dev.wadah.layer.toc;

import dev.wadah.oci.Digest;
import dev.wadah.posix.NativeSha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps what is too long for memory in a file until it is read, once. The file has no name any more
 * when it is open, so nothing is left of a process that dies. Hashes what is written. Not for
 * several threads.
 */
final class Spool extends OutputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel file;
  private final OutputStream out;
  private final MessageDigest hash = new NativeSha256();
  private long sizeBytes;

  /** In {@code folder}, which is made when it is not there. */
  Spool(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path name = folder.resolve(Long.toHexString(ThreadLocalRandom.current().nextLong()));
    this.file =
        FileChannel.open(
            name,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    this.out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    out.write(bytes, offset, length);
    hash.update(bytes, offset, length);
    sizeBytes += length;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** Ends the writing: the digest of everything; to be called once. */
  Digest finish() throws IOException {
    out.flush();
    file.position(0);
    return Digest.ofSha256(hash.digest());
  }

  /** What was written, after {@link #finish}; need not be closed. */
  InputStream open() {
    return Channels.newInputStream(file);
  }

  /** Does nothing: streams above end, and the file is read after that. */
  @Override
  public void close() {}

  /** Gives the file up. */
  void drop() throws IOException {
    file.close();
  }
}
