package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ToldInputTest {
  private final List<Long> heard = new ArrayList<>();

  @Test
  void tellsNothingOfWhatIsQuick() throws IOException {
    InputStream in = new ToldInput(new ByteArrayInputStream(new byte[100_000]), heard::add);

    assertThat(in.readAllBytes()).hasSize(100_000);
    assertThat(heard).isEmpty();
  }

  @Test
  void tellsOfWhatTakesLonger() throws IOException {
    InputStream slow =
        new FilterInputStream(new ByteArrayInputStream(new byte[3])) {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            try {
              Thread.sleep(600);
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            return super.read(into, offset, Math.min(length, 1));
          }
        };

    List<Long> times = new ArrayList<>();
    long start = System.nanoTime();
    InputStream told =
        new ToldInput(
            slow,
            bytes -> {
              times.add(System.nanoTime() - start);
              heard.add(bytes);
            });
    assertThat(told.readNBytes(3)).hasSize(3);
    // A busy machine may take a second for the first byte already.
    assertThat(heard).endsWith(3L).isSorted();
    assertThat(times.get(0)).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
  }
}
