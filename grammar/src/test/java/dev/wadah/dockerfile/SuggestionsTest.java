package dev.wadah.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
  private static final List<String> NAMES =
      List.of("ENTRYPOINT", "ENV", "EXPOSE", "chown", "chmod");

  @Test
  void findsTheNearestName() {
    assertThat(Suggestions.nearest("ENTRYPONT", NAMES)).contains("ENTRYPOINT");
    assertThat(Suggestions.nearest("chonw", NAMES)).contains("chown");
    assertThat(Suggestions.nearest("chmd", NAMES)).contains("chmod");
  }

  @Test
  void ignoresLetterCase() {
    assertThat(Suggestions.nearest("CHOWN", NAMES)).contains("chown");
    assertThat(Suggestions.nearest("expos", NAMES)).contains("EXPOSE");
  }

  @Test
  void suggestsNothingThatIsThreeEditsAway() {
    assertThat(Suggestions.nearest("bogus", NAMES)).isEmpty();
    assertThat(Suggestions.nearest("x", NAMES)).isEmpty();
    assertThat(Suggestions.nearest("", List.of("abc"))).isEmpty();
  }

  @Test
  void suggestsNothingWhenTheWordIsKnown() {
    assertThat(Suggestions.nearest("chown", NAMES)).isEmpty();
  }
}
