package dev.wadah.dockerfile.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.dockerfile.TestFolders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WordExpanderTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "foo", "bar",
          "empty", "",
          "s", "foobarbaz",
          "p", "ba",
          "r", "XX",
          "path", "/usr/local/lib/x.tar.gz",
          "w", "a b",
          "g", "a*b?c",
          "n", "a\nb",
          "u", "héllo_1");
  private static final WordExpander EXPANDER = WordExpander.withEscape('\\');

  static List<Arguments> words() {
    List<Arguments> rows = new ArrayList<>();
    String table = TestFolders.read(TestFolders.file("expand", "", "words.txt"));
    for (String line : table.lines().toList()) {
      if (!line.startsWith("# ")) {
        int arrow = line.lastIndexOf(" => ");
        String expected = line.substring(arrow + 4).replace("<line feed>", "\n");
        rows.add(Arguments.of(line.charAt(0), line.substring(2, arrow), expected));
      }
    }
    return rows;
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("words")
  void expandsAsDockerDoes(char escape, String word, String expected) throws ExpansionException {
    WordExpander expander = WordExpander.withEscape(escape);
    if (!expected.startsWith("! ")) {
      assertThat(expander.expand(word, ENVIRONMENT).value()).isEqualTo(expected);
      return;
    }
    ExpansionException thrown =
        catchThrowableOfType(ExpansionException.class, () -> expander.expand(word, ENVIRONMENT));
    assertThat(thrown).hasMessageContaining(expected.substring(2));
    assertThat(thrown.offset()).isBetween(0, word.length());
  }

  @Test
  void namesTheVariablesThatWereFoundAndMissed() throws ExpansionException {
    WordExpander.Expansion expansion =
        EXPANDER.expand("$foo ${nope:-$nada} '$quoted' ${empty+x}", ENVIRONMENT);
    assertThat(expansion.matched()).containsExactlyInAnyOrder("foo", "empty");
    assertThat(expansion.unmatched()).containsExactlyInAnyOrder("nope", "nada");
  }

  @Test
  void asksForVariablesOfADefaultThatIsNotUsed() throws ExpansionException {
    assertThat(EXPANDER.expand("${foo:-$nada}", ENVIRONMENT).unmatched()).containsExactly("nada");
  }

  @Test
  void splitsTheValueOfAVariableButNotAQuotedOne() throws ExpansionException {
    assertThat(EXPANDER.expandToWords("$w/udp  x", ENVIRONMENT)).containsExactly("a", "b/udp", "x");
    assertThat(EXPANDER.expandToWords("\"$w\"/udp", ENVIRONMENT)).containsExactly("a b/udp");
    assertThat(EXPANDER.expandToWords("a\\ b ''", ENVIRONMENT)).containsExactly("a b");
    assertThat(EXPANDER.expandToWords("$empty", ENVIRONMENT)).isEmpty();
  }

  @Test
  void expandsHeredocsWithQuotesAsOrdinaryCharacters() throws ExpansionException {
    String body = "$foo '${foo}' \"$nope\" \\$foo \\\\ a \\\nb \"\n";
    assertThat(EXPANDER.expandHeredoc(body, ENVIRONMENT).value())
        .isEqualTo("bar 'bar' \"\" $foo \\ a \nb \"\n");
  }

  @Test
  void escapesInHeredocsWithTheBackslashAlways() throws ExpansionException {
    assertThat(WordExpander.withEscape('`').expandHeredoc("`$foo \\$foo", ENVIRONMENT).value())
        .isEqualTo("`bar $foo");
  }

  @Test
  void splitsRawWordsWithTheirOffsets() throws ExpansionException {
    assertThat(WordExpander.splitRaw("RUN  \"a b\"c <<'E F' \\<<X ${x:-y z}"))
        .containsExactly(
            new ShellWord("RUN", 0),
            new ShellWord("\"a b\"c", 5),
            new ShellWord("<<'E F'", 12),
            new ShellWord("\\<<X", 20),
            new ShellWord("${x:-y", 25),
            new ShellWord("z}", 25));
  }

  @Property(tries = 3000)
  void endsForAnyWord(@ForAll String word) {
    try {
      assertThat(EXPANDER.expand(word, ENVIRONMENT).value()).isNotNull();
    } catch (ExpansionException e) {
      assertThat(e.getMessage()).isNotEmpty();
      assertThat(e.offset()).isBetween(0, word.length());
    }
  }

  @Property(tries = 2000)
  void keepsAQuotedText(@ForAll String text) throws ExpansionException {
    String quoted = "'" + text.replace("'", "'\\''") + "'";
    assertThat(EXPANDER.expand(quoted, ENVIRONMENT).value()).isEqualTo(text);
  }
}
