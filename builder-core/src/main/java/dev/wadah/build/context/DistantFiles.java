package dev.wadah.build.context;

import dev.wadah.content.ByteSink;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Files on a file system that may not answer, because a network or another program stands behind
 * it: an interrupt ends the wait for each call. A call that was left writes only to what was made
 * for it, so that its caller may give up all of his own.
 */
final class DistantFiles implements HostFiles {
  private static final int BUFFER_BYTES = 1 << 18;

  private final LocalFiles files;
  private final Answers answers;

  DistantFiles(LocalFiles files, Answers answers) {
    this.files = files;
    this.answers = answers;
  }

  @Override
  public FileStatus status(String path) throws IOException {
    return answers.await(() -> files.status(path));
  }

  @Override
  public DirectoryScan scan(String path) throws IOException {
    return answers.await(() -> files.scan(path));
  }

  @Override
  public String link(String path) throws IOException {
    return answers.await(() -> files.link(path));
  }

  @Override
  public byte[] attribute(String path, String name) throws IOException {
    return answers.await(() -> files.attribute(path, name));
  }

  @Override
  public int open(String path) throws IOException {
    return answers.await(() -> files.open(path), files::close);
  }

  @Override
  public void hash(String path, byte[] into, int offset, long[] stamp) throws IOException {
    long[] after = new long[stamp.length];
    byte[] hash =
        answers.await(
            () -> {
              byte[] own = new byte[StatCache.SHA_BYTES];
              files.hash(path, own, 0, after);
              return own;
            });
    System.arraycopy(hash, 0, into, offset, hash.length);
    System.arraycopy(after, 0, stamp, 0, stamp.length);
  }

  @Override
  public void read(String path, ByteBuffer into, int length, long[] result) throws IOException {
    ByteBuffer own = ByteBuffer.allocateDirect(length);
    long[] after =
        answers.await(
            () -> {
              long[] read = Arrays.copyOf(result, result.length);
              files.read(path, own, length, read);
              return read;
            });
    into.put(own.flip());
    System.arraycopy(after, 0, result, 0, result.length);
  }

  @Override
  public int read(int file, ByteBuffer into) throws IOException {
    return answers.await(() -> files.read(file, into));
  }

  @Override
  public long copy(int file, long length, ByteSink sink) throws IOException {
    ByteBuffer own = ByteBuffer.allocateDirect((int) Math.min(length, BUFFER_BYTES));
    long left = length;
    while (left > 0) {
      int read = read(file, own);
      if (read == 0) {
        break;
      }
      own.limit((int) Math.min(read, left)).position(0);
      left -= own.remaining();
      while (own.hasRemaining()) {
        ByteBuffer space = sink.space();
        int end = own.limit();
        own.limit(Math.min(end, own.position() + space.remaining()));
        space.put(own);
        own.limit(end);
      }
      own.clear();
    }
    return length - left;
  }

  @Override
  public FileStatus status(int file) throws IOException {
    return answers.await(() -> files.status(file));
  }

  /** Nobody waits for it: what closes a file may ask the file system, too. */
  @Override
  public void close(int file) {
    answers.leave(() -> files.close(file));
  }

  /** None: whoever opens a file himself may wait for ever. */
  @Override
  public Optional<Path> hostPath(String path) {
    return Optional.empty();
  }

  @Override
  public void close() {
    answers.leave(files::close);
  }
}
