package dev.wadah.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Buffers, which are limited in number. */
class BlocksTest {
  @Test
  void lendsNoMoreThanItsLimit() {
    Blocks blocks = new Blocks(2);
    ByteBuffer one = blocks.tryTake();
    assertThat(one.capacity()).isEqualTo(Blocks.BYTES);
    assertThat(blocks.tryTake()).isNotNull();
    assertThat(blocks.tryTake()).isNull();
    blocks.give(one.position(7));
    assertThat(blocks.tryTake()).isSameAs(one);
    assertThat(one.position()).isZero();
    assertThat(blocks.tryTake()).isNull();
  }

  @Test
  void lendsSmallOnesWithoutLimit() {
    Blocks blocks = new Blocks(0);
    ByteBuffer small = blocks.takeSmall();
    for (int i = 0; i < 100; i++) {
      assertThat(blocks.takeSmall().capacity()).isEqualTo(Blocks.SMALL_BYTES);
    }
    blocks.give(small);
    assertThat(blocks.tryTake()).isNull();
    assertThat(blocks.takeSmall()).isSameAs(small);
  }

  @Test
  void alignsBothKindsAsDirectWritesWantIt() {
    Blocks blocks = new Blocks(1);
    assertThat(blocks.tryTake().alignmentOffset(0, 4096)).isZero();
    assertThat(blocks.takeSmall().alignmentOffset(0, 4096)).isZero();
  }

  @Test
  void takesNoMoreThanAnEighthOfTheMemory() {
    Blocks blocks = new Blocks();
    long most = Runtime.getRuntime().maxMemory() / 8 / Blocks.BYTES;
    ByteBuffer[] taken = new ByteBuffer[(int) Math.min(most, 300)];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = blocks.tryTake();
      assertThat(taken[i]).isNotNull();
    }
    if (taken.length == most) {
      assertThat(blocks.tryTake()).isNull();
    }
  }
}
