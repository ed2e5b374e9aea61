package dev.wadah.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of OpenTelemetry's variables, right ones and wrong ones. */
class TraceSettingsTest {
  private static TraceSettings of(String name, String value) {
    return TraceSettings.of(Map.of(name, value));
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_SAMPLER, TraceIdRatio, traceidratio",
    "OTEL_TRACES_SAMPLER_ARG, 0.25, 0.25",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION, GZIP, gzip",
    "OTEL_EXPORTER_OTLP_TIMEOUT, 500, 500",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, 5s, 5s",
    "OTEL_EXPORTER_OTLP_HEADERS, A=Bc, A=Bc",
    "OTEL_EXPORTER_OTLP_CERTIFICATE, ' /a/B.pem ', /a/B.pem",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE, 010, 010",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT, 0, 0",
  })
  void takesOver(String name, String value, String taken) {
    TraceSettings settings = of(name, value);

    assertThat(settings.properties())
        .containsEntry(name.toLowerCase(Locale.ROOT).replace('_', '.'), taken);
    assertThat(settings.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OTEL_TRACES_SAMPLER | jaeger_remote | wadah knows always_on, always_off, traceidratio,",
        "OTEL_TRACES_SAMPLER_ARG | 1.5 | it is not a number from 0 to 1",
        "OTEL_TRACES_SAMPLER_ARG | -0.5 | it is not a number from 0 to 1",
        "OTEL_TRACES_SAMPLER_ARG | NaN | it is not a number from 0 to 1",
        "OTEL_TRACES_SAMPLER_ARG | half | it is not a number from 0 to 1",
        "OTEL_EXPORTER_OTLP_COMPRESSION | lz4 | wadah knows gzip, none",
        "OTEL_EXPORTER_OTLP_PROTOCOL | pigeon | wadah knows http/protobuf, http/json, grpc",
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT | soon | it is not a number of milliseconds",
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT | -1 | it is not a number of milliseconds",
        "OTEL_BSP_MAX_QUEUE_SIZE | 0 | it is not a number above zero",
        "OTEL_BSP_MAX_QUEUE_SIZE | 99999999999 | it is not a number above zero",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT | -1 | it is not a number",
        "OTEL_SDK_DISABLED | yes | wadah knows true, false",
      })
  void ignoresWhatMakesNoSenseAndSaysSo(String name, String value, String why) {
    TraceSettings settings = of(name, value);

    assertThat(settings.properties()).containsExactlyInAnyOrderEntriesOf(none().properties());
    assertThat(settings.warnings())
        .singleElement()
        .asString()
        .startsWith(name + "=" + value + " is ignored: " + why);
  }

  private static TraceSettings none() {
    return TraceSettings.of(Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OTEL_TRACES_SAMPLER",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_SERVICE_NAME"
      })
  void takesAnEmptyVariableForNone(String name) {
    assertThat(of(name, " ")).isEqualTo(none());
  }

  @ParameterizedTest
  @ValueSource(strings = {"OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_PROPAGATORS"})
  void doesNotHandOnWhatIsNotOfTraces(String name) {
    assertThat(of(name, "prometheus")).isEqualTo(none());
  }

  @Test
  void readsAttributesOfTheResource() {
    TraceSettings settings = of("OTEL_RESOURCE_ATTRIBUTES", "a%20b=c%2Cd, e = f=g+h ,empty=,");

    assertThat(settings.attributes())
        .containsExactly(
            entry("a b", "c,d"),
            entry("e", "f=g+h"),
            entry("empty", ""),
            entry("service.name", "wadah"));
    assertThat(settings.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=b,nonsense | 'nonsense' is not key=value",
        "=c,a=b | '=c' is not key=value",
        "a=b,c=%zz | '%zz' has a % that is not before two hexadecimal digits",
        "a=b,c=5% | '5%' has a % that is not before two hexadecimal digits",
        "a%=b | 'a%' has a % that is not before two hexadecimal digits",
      },
      quoteCharacter = '`')
  void discardsAllAttributesForOneThatIsMalformed(String value, String why) {
    TraceSettings settings = of("OTEL_RESOURCE_ATTRIBUTES", value);

    assertThat(settings.attributes()).containsExactly(entry("service.name", "wadah"));
    assertThat(settings.warnings())
        .containsExactly("OTEL_RESOURCE_ATTRIBUTES is ignored: " + why.replace('\'', '"'));
  }

  @Test
  void namesTheServiceAsTheMoreSpecialVariableSays() {
    String attributes = "service.name=attribute";

    assertThat(of("OTEL_RESOURCE_ATTRIBUTES", attributes).attributes())
        .containsEntry("service.name", "attribute");
    assertThat(
            TraceSettings.of(
                    Map.of("OTEL_RESOURCE_ATTRIBUTES", attributes, "OTEL_SERVICE_NAME", "variable"))
                .attributes())
        .containsEntry("service.name", "variable");
  }
}
