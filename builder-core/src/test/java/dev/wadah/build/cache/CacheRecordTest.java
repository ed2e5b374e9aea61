package dev.wadah.build.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.build.graph.Ingredient;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheRecordTest {
  private static final CacheRecord RECORD =
      new CacheRecord(
          Digest.of(new byte[] {1}),
          new DiffId(Digest.of(new byte[] {2})),
          Instant.ofEpochMilli(1_704_067_200_123L),
          List.of(
              Ingredient.counts("op", "exec"),
              Ingredient.counts("argument", "echo \"a\\n\"\nsecond line\r\n\\"),
              Ingredient.counts("env", ""),
              Ingredient.counts("env", "Ä=ö = ü")));

  @Test
  void readsWhatItWrote() {
    assertThat(CacheRecord.parse(RECORD.toBytes())).isEqualTo(RECORD);
  }

  @Test
  void refusesEveryCutOffRecord() {
    byte[] whole = RECORD.toBytes();
    for (int length = 0; length < whole.length - 1; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> CacheRecord.parse(part))
          .as("%d bytes", length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n\n\n\n\n", "wadah-cache 2\n", "{}", "\0\0\0\0"})
  void refusesOtherFiles(String text) {
    assertThatThrownBy(() -> CacheRecord.parse(text.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
