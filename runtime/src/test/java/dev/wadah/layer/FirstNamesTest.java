package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstNamesTest {
  private final FirstNames names = new FirstNames();

  @Test
  void keepsTheFirstNameOfEachInode() {
    long[] inodes = {1, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 2L << 32, 1L << 63 | 1};
    for (int i = 0; i < inodes.length; i++) {
      assertThat(names.putIfAbsent(inodes[i], "/d/" + i)).isNull();
    }
    for (int i = 0; i < inodes.length; i++) {
      assertThat(names.putIfAbsent(inodes[i], "/other")).isEqualTo("/d/" + i);
    }
  }

  @Test
  void findsAmongManyInodesThatDifferByTheSameStep() {
    for (long step : new long[] {1, 64, 1L << 20, 1L << 40, -3}) {
      FirstNames many = new FirstNames();
      for (int i = 0; i < 10_000; i++) {
        assertThat(many.putIfAbsent(i * step, "/" + i % 100 + "/f" + i)).isNull();
      }
      for (int i = 0; i < 10_000; i += 7) {
        assertThat(many.putIfAbsent(i * step, "/x")).isEqualTo("/" + i % 100 + "/f" + i);
      }
    }
  }
}
