package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  @ParameterizedTest
  @CsvSource({
    ", true",
    "'', true",
    "-Xmx128m, true",
    "' -Xms16m  -Xmx1g -Xss2m ', true",
    "-javaagent:agent.jar, false",
    "-XX:StartFlightRecording, false",
    "-Xmx1g -Xlog:gc:file=gc.log, false",
  })
  void endsAtOnceUnlessAnOptionMayWaitForTheEnd(String options, boolean atOnce) {
    assertThat(Main.concernMemoryAlone(options)).isEqualTo(atOnce);
  }
}
