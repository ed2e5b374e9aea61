package dev.wadah.layer;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Tells how far something is that takes long: after a second, then five times a second. Not for use
 * by several threads at once.
 */
public final class Pace {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long NEXT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final LongConsumer listener;
  private long due = System.nanoTime() + FIRST_NANOS;

  /** Begins; {@code listener} hears of bytes. */
  public Pace(LongConsumer listener) {
    this.listener = listener;
  }

  /** So many bytes are done. */
  public void at(long bytes) {
    long now = System.nanoTime();
    if (now - due >= 0) {
      due = now + NEXT_NANOS;
      listener.accept(bytes);
    }
  }
}
