package dev.wadah.cli.profile;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The variables by which a build is sent as a trace, as OpenTelemetry's specification has them
 * ("Environment Variable Specification", "OTLP Exporter Configuration Options"). What its library
 * says of wrong ones is for programmers, and quotes headers with the tokens in them.
 */
final class TraceVariables {
  private static final String EXPORTER = "OTEL_TRACES_EXPORTER";
  private static final String DISABLED = "OTEL_SDK_DISABLED";

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
    String exporter = variables.exporter();
    boolean asked = !exporter.isEmpty() || !variables.value(ENDPOINTS).isEmpty();
    boolean refused = variables.word(DISABLED).equals("true") || exporter.equals("none");
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

  private String exporter() {
    return word(EXPORTER);
  }

  /** The collector's URL, or the place where the specification looks for one. */
  String endpoint() {
    String fallback = isGrpc() ? "http://localhost:4317" : "http://localhost:4318";
    String url = value(ENDPOINTS);
    return url.isEmpty() ? fallback : url;
  }

  private boolean isGrpc() {
    return word(set(PROTOCOLS)).equals("grpc");
  }

  /**
   * Looks for the mistakes that are made most.
   *
   * @throws IOException that names the variable, and its value unless that may be a secret
   */
  void check() throws IOException {
    requireOneOf(EXPORTER, "otlp", "none");
    requireOneOf(set(PROTOCOLS), "http/protobuf", "grpc");
    if (!value(ENDPOINTS).isEmpty() && !isUrl(value(ENDPOINTS))) {
      throw new IOException(set(ENDPOINTS) + " is no URL that begins with http:// or https://");
    }
  }

  private void requireOneOf(String name, String one, String other) throws IOException {
    String word = word(name);
    if (!word.isEmpty() && !word.equals(one) && !word.equals(other)) {
      throw new IOException(
          "%s is \"%s\"; wadah knows %s and %s".formatted(name, value(name), one, other));
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

  /** The variables as the library's properties: OTEL_SERVICE_NAME is otel.service.name. */
  Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    for (String name : environment.keySet()) {
      if (name.startsWith("OTEL_")) {
        boolean isWord = name.equals(EXPORTER) || PROTOCOLS.contains(name);
        String property = name.toLowerCase(Locale.ROOT).replace('_', '.');
        properties.put(property, isWord ? word(name) : value(name));
      }
    }
    return properties;
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
