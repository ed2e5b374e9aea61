package dev.wadah.cli.profile;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The variables by which a build is sent as a trace, as OpenTelemetry's specification has them
 * ("Environment Variable Specification", "OTLP Exporter Configuration Options"). What its library
 * says of wrong ones is for programmers, and quotes headers with the tokens in them.
 */
final class TraceVariables {
  private static final String EXPORTER = "OTEL_TRACES_EXPORTER";
  private static final String DISABLED = "OTEL_SDK_DISABLED";
  private static final String CONFIG_FILE = "OTEL_CONFIG_FILE";
  private static final String PROPAGATORS = "OTEL_PROPAGATORS";

  // One for traces goes before the one for every signal.
  private static final List<String> PROTOCOLS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");
  private static final List<String> ENDPOINTS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT");
  private static final List<String> HEADERS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS");

  private final Map<String, String> environment;

  private TraceVariables(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The variables, if they ask for a trace. */
  static Optional<TraceVariables> ofWanted(Map<String, String> environment) {
    TraceVariables variables = new TraceVariables(environment);
    List<String> exporters = variables.words(EXPORTER);
    boolean asked = !exporters.isEmpty() || !variables.value(ENDPOINTS).isEmpty();
    boolean refused = variables.word(DISABLED).equals("true") || exporters.equals(List.of("none"));
    return asked && !refused ? Optional.of(variables) : Optional.empty();
  }

  /** The variable's value; empty means the same as not there. */
  String value(String name) {
    return environment.getOrDefault(name, "").strip();
  }

  /** Words of a fixed list are the same in capitals. */
  private String word(String name) {
    return value(name).toLowerCase(Locale.ROOT);
  }

  private String value(List<String> names) {
    return value(set(names));
  }

  /** The first of the names that has a value, or the last. */
  private String set(List<String> names) {
    return names.stream().filter(n -> !value(n).isEmpty()).findFirst().orElse(names.get(1));
  }

  private List<String> words(String name) {
    return Stream.of(word(name).split(",", -1))
        .map(String::strip)
        .filter(w -> !w.isEmpty())
        .toList();
  }

  /** Whether the trace goes to a collector; without a word on it, an endpoint says so. */
  boolean wantsCollector() {
    return words(EXPORTER).isEmpty() || words(EXPORTER).contains("otlp");
  }

  /** Whether the trace is printed. */
  boolean wantsConsole() {
    return words(EXPORTER).contains("console");
  }

  /** What is spoken with the collector; a wrong word is ignored, with a warning of the settings. */
  private String protocol() {
    return PROTOCOLS.stream()
        .map(this::word)
        .filter(TraceSettings.PROTOCOLS::contains)
        .findFirst()
        .orElse("http/protobuf");
  }

  /** Whether the collector gets JSON. */
  boolean wantsJson() {
    return protocol().equals("http/json");
  }

  /** Whether the collector is called by gRPC. */
  boolean wantsGrpc() {
    return protocol().equals("grpc");
  }

  /** Whether TRACEPARENT counts; there are other ways to tell of a caller, which it may prefer. */
  boolean wantsParent() {
    return words(PROPAGATORS).isEmpty() || words(PROPAGATORS).contains("tracecontext");
  }

  /** What the library is told. */
  TraceSettings settings() {
    return TraceSettings.of(environment);
  }

  /** The collector's URL, or the place where the specification looks for one. */
  String endpoint() {
    String fallback = wantsGrpc() ? "http://localhost:4317" : "http://localhost:4318";
    String url = value(ENDPOINTS);
    return url.isEmpty() ? fallback : url;
  }

  /**
   * Looks for mistakes after which the trace had better go nowhere.
   *
   * @throws IOException that names the variable, and its value unless that may be a secret
   */
  void check() throws IOException {
    if (!value(CONFIG_FILE).isEmpty()) {
      throw new IOException(
          CONFIG_FILE + " is set, beside which no variable counts; wadah reads variables only");
    }
    if (!List.of("otlp", "console").containsAll(words(EXPORTER))) {
      throw new IOException(
          "%s is \"%s\"; wadah knows otlp, console and none".formatted(EXPORTER, value(EXPORTER)));
    }
    if (!value(ENDPOINTS).isEmpty() && !isUrl(value(ENDPOINTS))) {
      throw new IOException(set(ENDPOINTS) + " is no URL that begins with http:// or https://");
    }
  }

  private static boolean isUrl(String text) {
    try {
      URI uri = new URI(text);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      return (scheme.equals("http") || scheme.equals("https")) && uri.getRawAuthority() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** What the library says, without what headers and endpoints hold. */
  String withoutSecrets(String message) {
    List<String> secrets = new ArrayList<>();
    ENDPOINTS.forEach(name -> secrets.add(value(name)));
    for (String name : HEADERS) {
      secrets.add(value(name));
      for (String header : value(name).split(",", -1)) {
        secrets.add(header.strip());
        secrets.add(header.substring(header.indexOf('=') + 1).strip());
      }
    }
    secrets.removeIf(String::isEmpty);
    secrets.sort(Comparator.comparingInt(String::length).reversed());
    String hidden = message;
    for (String secret : secrets) {
      hidden = hidden.replace(secret, "***");
    }
    return hidden;
  }
}
