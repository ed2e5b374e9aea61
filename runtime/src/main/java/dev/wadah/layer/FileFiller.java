package dev.wadah.layer;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Gives new files their contents and attributes in a thread of its own, while the files behind them
 * in the archive are made. What is zero in large ones takes no place. The thread starts with the
 * first piece; nobody interrupts it. For use by one other thread.
 */
final class FileFiller implements AutoCloseable {
  private static final int PIECE_BYTES = 1 << 18;
  private static final int PIECES = 8;

  /** Small files of one piece, all of which are open. */
  private static final int FILES = 32;

  /** Zeros of this length, and at the end of a file shorter ones, are a hole. */
  private static final int SLICE_BYTES = TarReader.GATHERED_BYTES;

  private static final int LEAST_HOLE_BYTES = 1 << 12;
  private static final byte[] ZEROS = new byte[SLICE_BYTES];
  private static final Piece END = new Piece(0);

  private final BlockingQueue<Piece> full = new ArrayBlockingQueue<>(PIECES + 1); // and END
  private final BlockingQueue<Piece> empty = new ArrayBlockingQueue<>(PIECES);
  private Piece small;
  private FileOutputStream large; // until its last piece is passed
  private int made;
  private Thread writer;
  private final long[] attributes = new long[4];
  private volatile boolean discarding;
  private volatile Failure failure;

  /** What went wrong, and with which entry. */
  record Failure(TarEntry entry, IOException cause) {
    /** Whatever ends the writing: whoever waits for a piece would wait for ever. */
    static Failure of(TarEntry entry, Throwable cause) {
      return new Failure(
          entry, cause instanceof IOException e ? e : new IOException(cause.toString(), cause));
    }
  }

  /** The next bytes of a large file, with the hole in front of them; or small files, whole. */
  private static final class Piece {
    private final byte[] bytes;
    private final List<Small> files = new ArrayList<>(FILES);
    private FileOutputStream out;
    private TarEntry entry;
    private long hole;
    private int length;
    private boolean last;

    Piece(int size) {
      this.bytes = new byte[size];
    }

    /** Takes as much as there is, or fits, up to the next hole. */
    void read(TarReader tar) throws IOException {
      hole = tar.holeBytes();
      tar.skipHole();
      length = 0;
      last = false;
      while (length < bytes.length && !last && tar.holeBytes() == 0) {
        int n = tar.read(bytes, length, bytes.length - length);
        last = n < 0;
        length += Math.max(n, 0);
      }
    }
  }

  /** A small file, and which of a piece's bytes are its content. */
  private record Small(int descriptor, TarEntry entry, int start, int length) {}

  /**
   * Fills a new file with a content of at most {@link TarReader#GATHERED_BYTES}, gives it its
   * attributes, and closes it, all of it later.
   *
   * @throws IOException if this thread is interrupted; for what fails later see {@link #failure}
   */
  void put(int file, TarEntry entry, byte[] from, int offset) throws IOException {
    int length = (int) entry.sizeBytes();
    try {
      if (small != null && (small.files.size() == FILES || PIECE_BYTES - small.length < length)) {
        passSmall();
      }
      if (small == null) {
        start();
        small = take();
        small.length = 0;
      }
    } catch (IOException e) {
      Posix.close(file);
      throw e;
    }
    System.arraycopy(from, offset, small.bytes, small.length, length);
    small.files.add(new Small(file, entry, small.length, length));
    small.length += length;
  }

  private void passSmall() {
    full.add(small);
    small = null;
  }

  /**
   * Fills a new file with the content that the reader is at, gives it its attributes, and closes
   * it; the end of that happens later.
   *
   * @throws IOException if the archive cannot be read; for what fails later see {@link #failure}
   */
  void fill(int file, TarEntry entry, TarReader tar) throws IOException {
    start();
    FileOutputStream out = new FileOutputStream(Posix.descriptor(file));
    large = out;
    while (large != null) {
      Piece piece = take();
      piece.out = out;
      piece.entry = entry;
      piece.read(tar);
      large = piece.last ? null : out;
      full.add(piece);
    }
  }

  private void start() {
    if (writer == null) {
      writer = new Thread(this::run, "fill");
      writer.setDaemon(true);
      writer.start();
    }
  }

  private Piece take() throws IOException {
    Piece idle = empty.poll();
    if (idle == null && made < PIECES) {
      made++;
      return new Piece(PIECE_BYTES);
    }
    return idle == null ? takeIdle() : idle;
  }

  private Piece takeIdle() throws IOException {
    try {
      return empty.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException ended =
          new InterruptedIOException("interrupted while unpacking a layer");
      ended.initCause(e);
      throw ended;
    }
  }

  private void run() {
    try {
      for (Piece piece = full.take(); piece != END; piece = full.take()) {
        if (piece.files.isEmpty()) {
          writePart(piece);
        } else {
          writeFiles(piece);
        }
        empty.add(piece);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private void writeFiles(Piece piece) {
    for (Small file : piece.files) {
      writeFile(piece, file);
    }
    piece.files.clear();
  }

  private void writeFile(Piece piece, Small file) {
    TarEntry entry = file.entry();
    if (isUseless()) {
      Posix.close(file.descriptor());
      return;
    }
    attributes[0] = entry.mode();
    attributes[1] = entry.owner().uid();
    attributes[2] = entry.owner().gid();
    attributes[3] = entry.mtimeNanos();
    try {
      Posix.fill(file.descriptor(), piece.bytes, file.start(), file.length(), attributes);
    } catch (PosixException | RuntimeException | Error e) {
      failure = Failure.of(entry, e);
    }
  }

  private void writePart(Piece piece) {
    try {
      write(piece);
    } catch (IOException | RuntimeException | Error e) {
      failure = Failure.of(piece.entry, e);
    }
  }

  /** Whether what is written now would be thrown away. */
  private boolean isUseless() {
    return discarding || failure != null;
  }

  private void write(Piece piece) throws IOException {
    try (FileOutputStream end = piece.last ? piece.out : null) {
      if (isUseless()) {
        return;
      }
      FileChannel channel = piece.out.getChannel();
      skip(channel, piece.hole);
      for (int at = 0; at < piece.length; at += SLICE_BYTES) {
        int n = Math.min(SLICE_BYTES, piece.length - at);
        if (n >= LEAST_HOLE_BYTES && Arrays.equals(piece.bytes, at, at + n, ZEROS, 0, n)) {
          // What was sparse before it went into a tar takes no place here either.
          skip(channel, n);
        } else {
          piece.out.write(piece.bytes, at, n);
        }
      }
      if (end != null) {
        finish(piece, channel);
      }
    }
  }

  private static void skip(FileChannel channel, long bytes) throws IOException {
    if (bytes > 0) {
      channel.position(channel.position() + bytes);
    }
  }

  private static void finish(Piece piece, FileChannel channel) throws IOException {
    TarEntry entry = piece.entry;
    if (channel.size() < entry.sizeBytes()) {
      // A file that ends in a hole has no last byte; writing one zero makes it long enough.
      channel.position(entry.sizeBytes() - 1);
      piece.out.write(0);
    }
    TarEntry.Owner owner = entry.owner();
    Posix.settle(piece.out.getFD(), entry.mode(), owner.uid(), owner.gid(), entry.mtimeNanos());
  }

  /** Waits until all files are as they shall be, or something is wrong. */
  void await() throws IOException {
    if (writer != null) {
      if (small != null) {
        passSmall();
      }
      List<Piece> idle = new ArrayList<>();
      for (int left = made; left > 0; left--) {
        idle.add(takeIdle());
      }
      empty.addAll(idle);
    }
  }

  /** What went wrong in the writing; nothing is written after that. */
  Optional<Failure> failure() {
    return Optional.ofNullable(failure);
  }

  /** Ends the thread; what it has not written stays unwritten, and all files are closed. */
  @Override
  public void close() throws IOException {
    if (writer == null) {
      return;
    }
    discarding = true;
    if (small != null) {
      passSmall();
    }
    full.add(END);
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    writer = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (large != null) {
      large.close(); // the archive ended in the middle of it, or this thread was interrupted
    }
  }
}
