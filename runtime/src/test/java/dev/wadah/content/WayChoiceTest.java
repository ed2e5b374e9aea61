package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.WayChoice.Way;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * When writing turns from one way to the other, without a clock: each write is said to take so
 * long.
 */
class WayChoiceTest {
  private final WayChoice choice = new WayChoice();

  /** Takes as many writes as a window has, each by the way that is chosen; the last one's way. */
  private Way window(ToLongFunction<Way> nanos) {
    Way way = null;
    for (int i = 0; i < WayChoice.WINDOW; i++) {
      way = choice.next();
      choice.took(nanos.applyAsLong(way));
    }
    return way;
  }

  private void windows(int count, ToLongFunction<Way> nanos) {
    for (int i = 0; i < count; i++) {
      window(nanos);
    }
  }

  /** What is written before there is a choice, all through the cache. */
  private void beginning(int writes, long nanos) {
    for (int i = 0; i < writes; i++) {
      choice.took(nanos);
    }
  }

  private static ToLongFunction<Way> costs(long cached, long past) {
    return way -> way == Way.CACHED ? cached : past;
  }

  @Test
  void beginsPastTheCache() {
    beginning(64, 100);
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void beginsPastTheCacheWhenNothingWasWrittenYet() {
    assertThat(choice.next()).isEqualTo(Way.PAST);
    windows(3, costs(1, 1_000_000));
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void staysPastTheCacheThoughTheCacheIsSomewhatQuicker() {
    beginning(64, 100);
    windows(WayChoice.WINDOWS - 1, costs(100, 199));
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void turnsBackWithinTheWindowInWhichOneWriteStalls() {
    beginning(64, 100);
    choice.next();
    choice.took(100);
    assertThat(choice.next()).isEqualTo(Way.PAST);
    choice.took(50_000);
    assertThat(choice.next()).isEqualTo(Way.CACHED);
  }

  @Test
  void doesNotTurnWhenTheWindowTakesJustTwiceAsLong() {
    beginning(64, 100);
    for (int i = 0; i < WayChoice.WINDOW - 1; i++) {
      choice.next();
      choice.took(200);
    }
    choice.took(200);
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void leavesTheCacheAsSoonAsItIsNotTwiceAsQuick() {
    beginning(64, 100);
    choice.next();
    choice.took(10_000); // a window past the cache took this
    assertThat(choice.next()).isEqualTo(Way.CACHED);
    choice.took(5_000);
    assertThat(choice.next()).isEqualTo(Way.CACHED);
    choice.took(1);
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void triesPastTheCacheAgainAfterEightWindowsThroughIt() {
    beginning(64, 10);
    window(costs(10, 10)); // a try that was not in vain
    choice.took(10_000);
    windows(WayChoice.WINDOWS - 1, costs(10, 10_000));
    assertThat(choice.next()).isEqualTo(Way.CACHED);
    window(costs(10, 10_000));
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void waitsTwiceAsLongBeforeEachFurtherTryThatIsInVain() {
    beginning(64, 10);
    ToLongFunction<Way> costs = costs(10, 10_000);
    choice.next();
    choice.took(10_000); // in vain, once
    for (int patience : new int[] {2, 4, 8}) {
      int cached = 0;
      while (choice.next() == Way.CACHED) {
        choice.took(costs.applyAsLong(Way.CACHED));
        cached++;
      }
      assertThat(cached).isEqualTo(patience * WayChoice.WINDOWS * WayChoice.WINDOW);
      choice.took(costs.applyAsLong(Way.PAST));
    }
  }

  @Test
  void triesTheCacheNowAndThenAndEverMoreSeldom() {
    beginning(64, 100);
    ToLongFunction<Way> costs = costs(100, 100);
    int[] tries = new int[2];
    for (int half = 0; half < 2; half++) {
      for (int i = 0; i < 64 * WayChoice.WINDOW; i++) {
        Way way = choice.next();
        tries[half] += way == Way.CACHED ? 1 : 0;
        choice.took(costs.applyAsLong(way));
      }
    }
    // A try that is in vain ends behind half a window.
    assertThat(tries[0]).isBetween(1, 3 * WayChoice.WINDOW);
    assertThat(tries[1]).isLessThan(tries[0]);
  }

  @Test
  void becomesImpatientAgainWhenAWayWasGoodForAWhile() {
    beginning(64, 10);
    choice.next();
    choice.took(10_000);
    windows(2 * WayChoice.WINDOWS, costs(10, 10_000)); // patience was doubled
    assertThat(choice.next()).isEqualTo(Way.PAST);
    windows(3, costs(10, 10)); // the disk is free
    assertThat(choice.next()).isEqualTo(Way.PAST);
    choice.took(10_000); // and busy again
    assertThat(choice.next()).isEqualTo(Way.CACHED);
    windows(WayChoice.WINDOWS, costs(10, 10_000));
    assertThat(choice.next()).isEqualTo(Way.PAST);
  }

  @Test
  void neverLeavesTheCacheOnceItIsTheOnlyWay() {
    beginning(64, 100);
    choice.next();
    choice.settle();
    windows(100, costs(1_000_000, 1));
    assertThat(choice.next()).isEqualTo(Way.CACHED);
  }
}
