package dev.wadah.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "linux/amd64,     linux/amd64",
    "linux/x86_64,    linux/amd64",
    "amd64,           linux/amd64",
    "linux/aarch64,   linux/arm64",
    "linux/arm64/v8,  linux/arm64",
    "linux/arm,       linux/arm/v7",
    "linux/armel,     linux/arm/v6",
    "linux/amd64/v3,  linux/amd64/v3",
    "windows/amd64,   windows/amd64",
  })
  void parses(String text, String platform) {
    assertThat(Platform.parse(text)).hasToString(platform);
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @CsvSource({
    "linux/arm64,  arm64,  v8",
    "linux/arm64,  aarch64, ''",
    "linux/arm/v7, arm,    ''",
    "linux/arm/v7, arm,    V7",
    "linux/amd64,  amd64,  v1",
  })
  void choosesWhatAnIndexNamesOtherwise(String wanted, String architecture, String variant) {
    Platform said =
        new Platform(
            "linux",
            architecture,
            Optional.of(variant).filter(v -> !v.isEmpty()),
            Optional.of("6"),
            List.of("a"));
    assertThat(said).isNotEqualTo(Platform.parse(wanted));
    assertThat(said.normalised()).isEqualTo(Platform.parse(wanted));
    assertThat(said.normalised().osVersion()).contains("6");
    assertThat(said.normalised().osFeatures()).containsExactly("a");
    assertThat(Platform.parse(wanted).preference(said)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "linux/", "a/b/c/d", "linux/am d64", "li$nux/amd64"})
  void refuses(String text) {
    assertThatThrownBy(() -> Platform.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest(name = "{0} runs {1}: {2}")
  @CsvSource({
    "linux/amd64,    linux/amd64,    0",
    "linux/amd64,    linux/386,      1",
    "linux/amd64,    linux/amd64/v2, -1",
    "linux/amd64/v3, linux/amd64/v2, 1",
    "linux/amd64/v3, linux/amd64,    2",
    "linux/arm64,    linux/arm64,    0",
    "linux/arm64,    linux/arm/v7,   2",
    "linux/arm/v7,   linux/arm/v6,   1",
    "linux/arm/v6,   linux/arm/v7,   -1",
    "linux/amd64,    linux/arm64,    -1",
    "linux/amd64,    windows/amd64,  -1",
    "linux/s390x,    linux/s390x,    0",
  })
  void prefers(String own, String offered, int rank) {
    assertThat(Platform.parse(own).preference(Platform.parse(offered))).isEqualTo(rank);
  }
}
