package dev.wadah.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScreenTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "plain|plain",
        "\u001b[1;31mred\u001b[0m|red",
        "\u001b]0;evil title\u0007after|after",
        "\u001b]8;;x\u001b\\link|link",
        "\u001b[2J\u001b[Hcleared|cleared",
        "cut \u001b[|cut ",
        "cut \u001b|cut ",
        "a\tb|a   b",
        "a\u0008\u0007\u009bb|ab"
      })
  void showsNothingThatMovesTheCursor(String line, String shown) {
    assertThat(ScreenText.printable(line)).isEqualTo(shown);
  }

  @Test
  void showsWhatStandsBehindTheLastCarriageReturn() {
    assertThat(ScreenText.printable("50%\r100%")).isEqualTo("100%");
  }

  @ParameterizedTest
  @CsvSource({"abc,3", "日本,4", "e\u0301,1", "😀,2", "'',0"})
  void countsColumns(String text, int columns) {
    assertThat(ScreenText.width(text)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({"日本語,5,日本", "abc,3,abc", "abc,2,ab", "😀😀,3,😀"})
  void cutsBetweenCharacters(String text, int columns, String cut) {
    assertThat(ScreenText.fit(text, columns)).isEqualTo(cut);
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "999,999B", "1000,1.00kB", "1234567,1.23MB", "99999999999,99.99GB"})
  void writesByteCounts(long bytes, String text) {
    assertThat(Bytes.text(bytes)).isEqualTo(text);
  }
}
