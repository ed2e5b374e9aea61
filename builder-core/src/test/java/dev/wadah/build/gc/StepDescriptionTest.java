package dev.wadah.build.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.graph.Ingredient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepDescriptionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          op=exec argument=/bin/sh argument=-c argument=make env=A=b directory=/ source=x       | RUN /bin/sh -c make
          op=file placement=ON_ROOT copy=0_/d source=a source=b keep-owner=false unpack=NEVER   | COPY a b /d
          op=file copy=1_/d source=a.tar unpack=IF_ARCHIVE root=sha256:1 files=sha256:2         | ADD a.tar /d
          op=file write=/motd name=EOF content=sha256:3 unpack=NEVER                            | COPY <<EOF /motd
          op=file copy=0_/d source=a unpack=NEVER write=/e name=E content=sha256:3 unpack=NEVER | COPY a /d, COPY <<E /e
          op=file directory=/work owner=web                                                     | WORKDIR /work
          """)
  void isAnInstruction(String ingredients, String description) {
    assertThat(StepDescription.of(parse(ingredients))).isEqualTo(description);
  }

  @Test
  void isEmptyWhenNothingIsKnown() {
    assertThat(StepDescription.of(List.of())).isEmpty();
  }

  @Test
  void isOneShortLine() {
    String script = "echo one\n" + "echo two; ".repeat(100);

    String description =
        StepDescription.of(
            List.of(Ingredient.counts("op", "exec"), Ingredient.counts("argument", script)));

    assertThat(description).startsWith("RUN echo one echo two").hasSize(200);
  }

  /** Words of the form name=value, in which an underscore stands for a blank. */
  private static List<Ingredient> parse(String words) {
    return Stream.of(words.split(" "))
        .map(word -> word.replace('_', ' ').split("=", 2))
        .map(parts -> Ingredient.counts(parts[0], parts[1]))
        .toList();
  }
}
