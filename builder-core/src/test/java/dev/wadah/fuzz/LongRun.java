package dev.wadah.fuzz;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Does something with random numbers for as long as {@code -Dfuzz.seconds} says (default: 10). Each
 * round has a seed of its own; {@code -Dfuzz.seed} repeats the round that failed, alone.
 */
final class LongRun {
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(20);

  private LongRun() {}

  /** One round; whatever it throws is a failure. */
  @FunctionalInterface
  interface Round {
    void run(Random random) throws Exception;
  }

  /** Runs rounds; a round that takes longer than twenty seconds counts as one that hangs. */
  static void run(String name, Round round) throws InterruptedException {
    Long fixed = Long.getLong("fuzz.seed");
    long first = fixed == null ? System.nanoTime() : fixed;
    long end = fixed != null ? 0 : System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds());
    AtomicLong seed = new AtomicLong(first);
    AtomicLong begun = new AtomicLong(System.nanoTime());
    Throwable[] failure = {null};
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                do {
                  begun.set(System.nanoTime());
                  round.run(new Random(seed.get()));
                } while (System.nanoTime() < end && seed.incrementAndGet() != first);
              } catch (Throwable e) {
                failure[0] = e;
              }
            },
            "fuzz " + name);
    thread.setDaemon(true);
    thread.start();
    while (thread.isAlive()) {
      thread.join(100);
      if (thread.isAlive() && System.nanoTime() - begun.get() > LONGEST_ROUND.toNanos()) {
        AssertionError hangs =
            new AssertionError("%s hangs; repeat with -Dfuzz.seed=%d".formatted(name, seed.get()));
        hangs.setStackTrace(thread.getStackTrace());
        throw hangs;
      }
    }
    if (failure[0] != null) {
      throw new AssertionError(
          "%s failed; repeat with -Dfuzz.seed=%d".formatted(name, seed.get()), failure[0]);
    }
    System.out.printf("%n%s: %,d rounds%n", name, seed.get() - first + 1);
  }

  private static long seconds() {
    return Long.getLong("fuzz.seconds", 10);
  }
}
