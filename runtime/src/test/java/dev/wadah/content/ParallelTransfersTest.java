package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** That nothing half-written is left when one of several transfers fails, or all are cancelled. */
class ParallelTransfersTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final AtomicBoolean cleanedUp = new AtomicBoolean();

  /** Lasts until it is interrupted, and then some time more. */
  private Void lasting() throws Exception {
    try {
      begun.countDown();
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      Thread.sleep(100);
      cleanedUp.set(true);
    }
    return null;
  }

  @Test
  void waitsForTheOthersWhenOneFails() {
    Callable<Void> failing =
        () -> {
          begun.await();
          throw new IOException("no such blob");
        };
    assertThatThrownBy(() -> ParallelTransfers.run(List.of(this::lasting, failing)))
        .hasMessage("no such blob");
    assertThat(cleanedUp).isTrue();
  }

  @Test
  void waitsForAllWhenItIsInterruptedAndStaysSo() {
    Thread test = Thread.currentThread();
    Callable<Void> cancelling =
        () -> {
          begun.await();
          test.interrupt();
          return lasting();
        };
    assertThatThrownBy(() -> ParallelTransfers.run(List.of(this::lasting, cancelling)))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(cleanedUp).isTrue();
  }

  @Test
  void doesNotWaitLongForOneThatDoesNotHeed() {
    CountDownLatch never = new CountDownLatch(1);
    Callable<Void> deaf =
        () -> {
          while (never.getCount() > 0) {
            try {
              never.await();
            } catch (InterruptedException e) {
              // Deaf.
            }
          }
          return null;
        };
    Callable<Void> failing =
        () -> {
          throw new IOException("no such blob");
        };
    long before = System.nanoTime();
    assertThatThrownBy(() -> ParallelTransfers.run(List.of(deaf, failing)))
        .hasMessage("no such blob");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    never.countDown();
  }
}
