package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "2024-01-02T03:04:05Z,2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05.100Z,2024-01-02T03:04:05.1Z",
    "2024-01-02T03:04:05.123456789Z,2024-01-02T03:04:05.123456789Z",
    "2024-01-02T05:04:05+02:00,2024-01-02T03:04:05Z"
  })
  void writesTimesWithoutTrailingZeros(String time, String text) {
    assertThat(Timestamps.format(Timestamps.parse(time))).isEqualTo(text);
    assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000", "0001", "1600", "1900", "1969", "1970", "2000", "2026", "9999"})
  void countsEachDayOfAYearAsTheCalendarDoes(String year) {
    LocalDate day = LocalDate.parse(year + "-01-01");
    for (; day.getYear() == Integer.parseInt(year); day = day.plusDays(1)) {
      String text = day + "T00:00:00Z";
      assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000", "0001", "1600", "1900", "1969", "1970", "2000", "2026", "9999"})
  void writesEachDayOfAYearAsTheCalendarDoes(String year) {
    LocalDate day = LocalDate.parse(year + "-01-01");
    for (int i = 0; day.getYear() == Integer.parseInt(year); day = day.plusDays(1), i++) {
      Instant time = day.atTime(i % 24, i % 60, 59 - i % 60).toInstant(ZoneOffset.UTC);
      assertThat(Timestamps.format(time)).isEqualTo(time.toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1,0,1969-12-31T23:59:59Z",
    "-1,999999999,1969-12-31T23:59:59.999999999Z",
    "0,1,1970-01-01T00:00:00.000000001Z",
    "0,100000000,1970-01-01T00:00:00.1Z",
    "0,10,1970-01-01T00:00:00.00000001Z",
    "253402300800,0,10000-01-01T00:00:00Z"
  })
  void writesSecondsAndTheirParts(long seconds, int nanos, String text) {
    assertThat(Timestamps.format(Instant.ofEpochSecond(seconds, nanos))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "2024-01-02", "2024-13-02T03:04:05Z", "2024-01-02T03:04:05"})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
