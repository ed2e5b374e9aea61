package dev.wadah.cli.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.CommandException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times, sizes and tables in docker's form. */
class GoFormsTest {
  @ParameterizedTest
  @CsvSource({
    "0,Less than a second ago",
    "1,1 second ago",
    "59,59 seconds ago",
    "60,About a minute ago",
    "120,2 minutes ago",
    "3599,59 minutes ago",
    "3600,About an hour ago",
    "7200,2 hours ago",
    "169200,47 hours ago",
    "172800,2 days ago",
    "1209600,2 weeks ago",
    "5184000,2 months ago",
    "63072000,2 years ago"
  })
  void tellsHowLongAgo(long seconds, String words) {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(GoTime.ago(now.minusSeconds(seconds), now)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0B",
    "12,12B",
    "999,999B",
    "1000,1kB",
    "1234,1.23kB",
    "4261550,4.26MB",
    "145000,145kB",
    "999999,1e+03kB",
    "1500000000,1.5GB"
  })
  void roundsSizesToThreeDigits(long bytes, String text) {
    assertThat(GoSize.of(bytes)).isEqualTo(text);
  }

  @Test
  void alignsColumnsButTheLast() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Table()
        .add("A", "LONG HEADING", "LAST")
        .add("a very long cell", "b", "c")
        .print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("A                  LONG HEADING   LAST\na very long cell   b              c\n");
  }

  @Test
  void makesHeadingsFromATableTemplate() throws CommandException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Format.print(
        "table {{.ID}}\\t{{json .Name}}",
        Map.of("ID", "IMAGE ID", "Name", "NAME"),
        List.of(Map.of("ID", "1", "Name", "one")),
        new PrintStream(bytes, true, StandardCharsets.UTF_8));
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("IMAGE ID   NAME\n1          \"one\"\n");
  }
}
