package dev.wadah.cli.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.cli.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @Test
  void splitsAtCommasOutsideOfQuotes() throws UsageException {
    assertThat(Csv.fields("-o", "a,\"b,c\",,\"d\"\"e\""))
        .isEqualTo(List.of("a", "b,c", "", "d\"e"));
  }

  @Test
  void keepsEmptyFieldsAtTheEnds() throws UsageException {
    assertThat(Csv.fields("-o", ",a,")).isEqualTo(List.of("", "a", ""));
  }

  @Test
  void readsPairsWithKeysInLowerCase() throws UsageException {
    assertThat(Csv.pairs("-o", "TYPE=oci,\"dest=a,b\",flag"))
        .isEqualTo(Map.of("type", "oci", "dest", "a,b", "flag", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"open", "a\"b", "\"a\"b,c"})
  void refusesMisplacedQuotes(String line) {
    assertThatThrownBy(() -> Csv.fields("-o", line))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(line);
  }
}
