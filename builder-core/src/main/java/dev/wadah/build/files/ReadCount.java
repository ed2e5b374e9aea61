package dev.wadah.build.files;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Counts what is read for a key, and tells it where that takes long: after half a second, then ten
 * times a second, and at the end. Safe for threads.
 */
public final class ReadCount {
  private static final long PATIENCE_NANOS = 500_000_000;
  private static final long PAUSE_NANOS = 100_000_000;

  private final Listener listener;
  private final AtomicLong files = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final LongSupplier nanoTime;
  private final AtomicLong due;
  private volatile boolean told;

  /** Hears how much has been read. Called from several threads; never throws. */
  public interface Listener {
    /** A listener that ignores everything. */
    Listener NONE =
        new Listener() {
          @Override
          public void reading(long files, long bytes) {}

          @Override
          public void read(long files, long bytes) {}
        };

    /** So much until now: files that were looked at, and bytes of those whose hash is unknown. */
    void reading(long files, long bytes);

    /** So much in all; only where {@link #reading} was called before. */
    void read(long files, long bytes);
  }

  public ReadCount(Listener listener) {
    this(listener, System::nanoTime);
  }

  /** With another clock than the machine's. */
  public ReadCount(Listener listener, LongSupplier nanoTime) {
    this.listener = listener;
    this.nanoTime = nanoTime;
    this.due = new AtomicLong(nanoTime.getAsLong() + PATIENCE_NANOS);
  }

  /** Further files have been looked at. */
  void files(int count) {
    files.addAndGet(count);
    tell();
  }

  /** Further bytes have been read. */
  public void bytes(long count) {
    bytes.addAndGet(count);
    tell();
  }

  private void tell() {
    long at = due.get();
    long now = nanoTime.getAsLong();
    if (now - at >= 0 && due.compareAndSet(at, now + PAUSE_NANOS)) {
      told = true;
      listener.reading(files.get(), bytes.get());
    }
  }

  /** All has been read. */
  public void end() {
    if (told) {
      told = false;
      listener.read(files.get(), bytes.get());
    }
  }
}
