package dev.wadah.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NativeSha256Test {
  @ParameterizedTest
  @EnumSource
  void agreesWithTheJvmForEveryLengthAndEverySplit(NativeSha256.Mode mode) throws Exception {
    Random random = new Random(1);
    MessageDigest jvm = MessageDigest.getInstance("SHA-256");
    MessageDigest own = new NativeSha256(mode);
    byte[] content = new byte[70_000];
    random.nextBytes(content);
    for (int length = 0; length < 300; length++) {
      assertThat(own.digest(java.util.Arrays.copyOf(content, length)))
          .isEqualTo(jvm.digest(java.util.Arrays.copyOf(content, length)));
    }
    for (int round = 0; round < 300; round++) {
      for (int part = 0; part < 6; part++) {
        int from = random.nextInt(60_000);
        int length = random.nextInt(part == 5 ? 10_000 : 200);
        jvm.update(content, from, length);
        own.update(content, from, length);
      }
      own.update((byte) round);
      jvm.update((byte) round);
      assertThat(own.digest()).isEqualTo(jvm.digest());
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesDirectBuffersLikeArrays(NativeSha256.Mode mode) throws Exception {
    Random random = new Random(2);
    MessageDigest jvm = MessageDigest.getInstance("SHA-256");
    MessageDigest own = new NativeSha256(mode);
    byte[] content = new byte[10_000];
    random.nextBytes(content);
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content);
    for (int round = 0; round < 300; round++) {
      for (int part = 0; part < 5; part++) {
        int from = random.nextInt(9_000);
        int length = random.nextInt(part == 4 ? 1_000 : 150);
        direct.limit(from + length).position(from);
        own.update(direct);
        assertThat(direct.hasRemaining()).isFalse();
        jvm.update(content, from, length);
      }
      assertThat(own.digest()).isEqualTo(jvm.digest());
    }
  }
}
