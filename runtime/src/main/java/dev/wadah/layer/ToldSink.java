package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import dev.wadah.content.ContentStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** Passes bytes into a blob and tells of it, when it takes longer than a second. */
final class ToldSink implements ByteSink {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long NEXT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ContentStore.Ingest ingest;
  private final ByteSink out;
  private final LongConsumer listener;
  private long due = System.nanoTime() + FIRST_NANOS;

  ToldSink(ContentStore.Ingest ingest, LongConsumer listener) {
    this.ingest = ingest;
    this.out = ingest.out();
    this.listener = listener;
  }

  @Override
  public ByteBuffer space() throws IOException {
    long now = System.nanoTime();
    if (now - due >= 0) {
      due = now + NEXT_NANOS;
      listener.accept(ingest.sizeBytes());
    }
    return out.space();
  }
}
