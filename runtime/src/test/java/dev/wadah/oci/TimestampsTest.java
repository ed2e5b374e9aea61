package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
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
  @ValueSource(strings = {"yesterday", "2024-01-02", "2024-13-02T03:04:05Z", "2024-01-02T03:04:05"})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }
}
