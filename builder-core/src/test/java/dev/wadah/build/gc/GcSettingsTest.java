package dev.wadah.build.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How sizes, times and the file of settings are read, and when limits are kept. */
class GcSettingsTest {
  /** 10 GB are reserved by default. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-used = 5MB | 5000000",
        "max-used = 5MB;reserved = 0 | 0",
        "max-used = 5MB;reserved = 7MB | 7000000",
        "reserved = 7MB | 7000000",
      })
  void reservesNoMoreThanMayBeUsedUnlessTold(String lines, long reserved, @TempDir Path root)
      throws IOException {
    Files.writeString(root.resolve(GcSettings.FILE), lines.replace(';', '\n'));

    assertThat(GcSettings.read(root).limits().reservedBytes()).isEqualTo(reserved);
  }

  private static final DiskSpace DISK = new DiskSpace(1_000_000, 400_000);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "512 | 512",
        "512MB | 512000000",
        "1.5GiB | 1610612736",
        "10% | 100000",
        "80%, 100GB | 800000",
        "80%,100 kB | 100000",
        "100% | 1000000",
        "99999999999999GB | 9223372036854775807",
        "2 TB | 2000000000000"
      })
  void readsSizes(String text, long bytes) {
    assertThat(GcSettings.bytes(text, DISK)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MB", "-1", "10 parsecs", "1..5MB", "%", "10%,", "1e3"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> GcSettings.bytes(text, DISK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no size");
  }

  @Test
  void refusesMoreThanTheWholeDisk() {
    assertThatThrownBy(() -> GcSettings.bytes("101%", DISK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"101%\" is more than the disk has: write 100% at most");
  }

  /** Not less than nothing, after which nothing would stay. */
  @Test
  void takesTheLongestThereIsForATimeThatCannotBeCounted() {
    assertThat(GcSettings.duration("99999999999999999d"))
        .isEqualTo(Duration.ofMillis(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @CsvSource({
    "0,PT0S",
    "24h,PT24H",
    "1h30m,PT1H30M",
    "7d,P7D",
    "2w,P14D",
    "1.5h,PT1H30M",
    "90s,PT1M30S",
    "100ms,PT0.1S",
    "off,PT-1S"
  })
  void readsTimes(String text, Duration duration) {
    assertThat(GcSettings.duration(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "24", "h", "1h-", "1y", "-1h", "1..2h", "tomorrow"})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> GcSettings.duration(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no time span");
  }

  @Test
  void readsAFileWithCommentsAndKeepsDefaults(@TempDir Path root) throws IOException {
    Files.writeString(
        root.resolve(GcSettings.FILE), "# ours\n\nmax-used = 5GB\n keep-duration=1h\n");

    Limits limits = GcSettings.read(root).limits();

    assertThat(limits.maxUsedBytes()).isEqualTo(5_000_000_000L);
    assertThat(limits.keepDuration()).isEqualTo(Duration.ofHours(1));
    assertThat(limits.minFreeBytes())
        .isCloseTo(DiskSpace.of(root).totalBytes() / 5, org.assertj.core.data.Offset.offset(10L));
    assertThat(GcSettings.read(root).every()).isEqualTo(Duration.ofHours(24));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-usde = 5GB | :1: \"max-usde = 5GB\" is no setting",
        "max-used | :1: \"max-used\" is no setting",
        "max-used = much | :1: max-used: \"much\" is no size",
        "every = daily | :1: every: \"daily\" is no time span"
      })
  void saysWhatIsWrongWithAFile(String line, String message, @TempDir Path root)
      throws IOException {
    Files.writeString(root.resolve(GcSettings.FILE), line + "\n");

    assertThatThrownBy(() -> GcSettings.read(root)).hasMessageContaining(GcSettings.FILE + message);
  }

  @ParameterizedTest
  @CsvSource({
    // reserved, max used, min free; used, free; fits
    "0,0,0, 0,100, false",
    "0,50,0, 50,100, true",
    "0,50,0, 51,100, false",
    "0,50,20, 40,19, false",
    "10,50,20, 10,0, true",
    "10,50,20, 11,0, false",
    "100,50,0, 80,100, true"
  })
  void keepsLimits(long reserved, long maxUsed, long minFree, long used, long free, boolean fits) {
    Limits limits = new Limits(Duration.ZERO, reserved, maxUsed, minFree);

    assertThat(limits.fit(used, free)).isEqualTo(fits);
  }
}
