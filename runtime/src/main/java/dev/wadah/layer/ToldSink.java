package dev.wadah.layer;

import dev.wadah.content.ByteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Passes bytes on and tells of it, when it takes longer than a second. */
final class ToldSink implements ByteSink {
  private final ByteSink out;
  private final LongSupplier size;
  private final Pace pace;

  /**
   * A sink in front of another.
   *
   * @param size bytes that {@code out} has taken
   */
  ToldSink(ByteSink out, LongSupplier size, LongConsumer listener) {
    this.out = out;
    this.size = size;
    this.pace = new Pace(listener);
  }

  @Override
  public ByteBuffer space() throws IOException {
    pace.at(size.getAsLong());
    return out.space();
  }
}
