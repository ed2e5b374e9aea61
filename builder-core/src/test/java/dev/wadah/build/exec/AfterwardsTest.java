package dev.wadah.build.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AfterwardsTest {
  private final Afterwards afterwards = new Afterwards();
  private final List<Integer> done = Collections.synchronizedList(new ArrayList<>());

  @Test
  void doesEverythingOnceBeforeTheEnd() throws IOException {
    for (int round = 0; round < 100; round++) {
      int number = round;
      afterwards.close(() -> done.add(number));
      if (round == 50) {
        afterwards.await(); // the threads end here, and others begin
      }
    }
    afterwards.await();
    afterwards.check();
    assertThat(done).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void doesTwoPiecesAtOnceAndNoMore() throws IOException {
    CountDownLatch both = new CountDownLatch(2);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    for (int piece = 0; piece < 6; piece++) {
      afterwards.close(
          () -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            both.countDown();
            try {
              assertThat(both.await(1, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            now.decrementAndGet();
          });
    }
    afterwards.await();
    afterwards.check();
    assertThat(most).hasValue(2);
  }

  @Test
  void makesNobodyWaitWhoOnlyAddsWork() throws IOException {
    CountDownLatch go = new CountDownLatch(1);
    afterwards.close(behind(go, () -> done.add(1)));
    assertThat(done).isEmpty();
    go.countDown();
    afterwards.await();
    assertThat(done).containsExactly(1);
  }

  @Test
  void goesOnAfterAFailureAndTellsOfTheFirstOnce() {
    afterwards.close(
        () -> {
          throw new IOException("no space");
        });
    afterwards.await(); // two pieces are done at once: which of them fails first nobody knows
    afterwards.close(
        () -> {
          throw new IllegalStateException("second");
        });
    afterwards.close(() -> done.add(3));
    afterwards.await();
    assertThat(done).containsExactly(3);
    assertThatThrownBy(afterwards::check).hasMessageContaining("no space");
    assertThatCode(afterwards::check).doesNotThrowAnyException();
  }

  @Test
  void makesNobodyWaitLongWhoIsInterruptedAndGoesOn() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    afterwards.close(behind(go, ended::countDown));
    Thread waiting = Thread.currentThread();
    Thread other =
        new Thread(
            () -> {
              while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              waiting.interrupt();
            });
    other.start();
    afterwards.await();
    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    other.join();
    assertThat(ended.getCount()).isOne();
    go.countDown();
    assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
    afterwards.check();
  }

  @Test
  void endsWhatTakesNoTimeThoughItIsInterrupted() throws IOException {
    afterwards.close(
        () -> {
          try {
            Thread.sleep(50);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          done.add(1);
        });
    Thread.currentThread().interrupt();
    afterwards.await();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).containsExactly(1);
  }

  private static Closeable behind(CountDownLatch go, Runnable work) {
    return () -> {
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      work.run();
    };
  }
}
