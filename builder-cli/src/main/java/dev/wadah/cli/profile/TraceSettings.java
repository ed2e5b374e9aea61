package dev.wadah.cli.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What OpenTelemetry's library is told. Of a variable with a wrong value the specification says
 * ("Environment Variable Specification", "Parsing empty value" and what follows) that it shall be
 * ignored with a warning, and of an empty one that it is as if it were not there; the library gives
 * up at the first of either.
 *
 * @param properties those of the library: OTEL_SERVICE_NAME is otel.service.name
 * @param attributes of the resource
 * @param warnings what is ignored and why, each a sentence
 */
record TraceSettings(
    Map<String, String> properties, Map<String, String> attributes, List<String> warnings) {
  /** Ways to speak with a collector. */
  static final List<String> PROTOCOLS = List.of("http/protobuf", "http/json", "grpc");

  /** For one attempt, unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise: somebody waits for us. */
  private static final String MILLIS_TO_SEND = "2000";

  private static final String RESOURCE = "OTEL_RESOURCE_ATTRIBUTES";
  private static final String SERVICE = "service.name";

  /** What counts unless a variable says otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.exporter.otlp.timeout", MILLIS_TO_SEND,
          "otel.java.exporter.otlp.retry.disabled", "true",
          "otel.bsp.max.queue.size", "65536");

  /**
   * What no variable changes: a command has no metrics and no logs to send, and reads TRACEPARENT
   * itself.
   */
  private static final Map<String, String> FIXED =
      Map.of(
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none",
          "otel.propagators", "tracecontext");

  /**
   * @param mistake what is said of a value that does not fit
   */
  private record Rule(String mistake, Predicate<String> fits) {
    static Rule oneOf(List<String> words) {
      return new Rule("wadah knows " + String.join(", ", words), words::contains);
    }

    static Rule matching(String expected, String pattern) {
      return new Rule("it is not " + expected, text -> text.matches(pattern));
    }
  }

  private static final Rule PROTOCOL = Rule.oneOf(PROTOCOLS);
  private static final Rule COMPRESSION = Rule.oneOf(List.of("gzip", "none"));
  private static final Rule TRUTH = Rule.oneOf(List.of("true", "false"));
  private static final Rule MILLIS =
      Rule.matching("a number of milliseconds", "[0-9]{1,9}(ms|s|m|h|d)?");
  private static final Rule COUNT = Rule.matching("a number", "[0-9]{1,9}");
  private static final Rule POSITIVE = Rule.matching("a number above zero", "0*[1-9][0-9]{0,8}");

  private static final Map<String, Rule> RULES = new HashMap<>();

  static {
    for (String of : List.of("OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_TRACES_")) {
      RULES.put(of + "PROTOCOL", PROTOCOL);
      RULES.put(of + "COMPRESSION", COMPRESSION);
      RULES.put(of + "INSECURE", TRUTH);
      RULES.put(of + "TIMEOUT", MILLIS);
    }
    RULES.put(
        "OTEL_TRACES_SAMPLER",
        Rule.oneOf(
            List.of(
                "always_on",
                "always_off",
                "traceidratio",
                "parentbased_always_on",
                "parentbased_always_off",
                "parentbased_traceidratio")));
    RULES.put(
        "OTEL_TRACES_SAMPLER_ARG",
        new Rule("it is not a number from 0 to 1", TraceSettings::isRatio));
    for (String limited : List.of("ATTRIBUTE", "SPAN_ATTRIBUTE")) {
      RULES.put("OTEL_" + limited + "_COUNT_LIMIT", COUNT);
      RULES.put("OTEL_" + limited + "_VALUE_LENGTH_LIMIT", COUNT);
    }
    for (String limited : List.of("SPAN_EVENT", "SPAN_LINK", "EVENT_ATTRIBUTE", "LINK_ATTRIBUTE")) {
      RULES.put("OTEL_" + limited + "_COUNT_LIMIT", COUNT);
    }
    RULES.put("OTEL_BSP_SCHEDULE_DELAY", MILLIS);
    RULES.put("OTEL_BSP_EXPORT_TIMEOUT", MILLIS);
    RULES.put("OTEL_BSP_MAX_QUEUE_SIZE", POSITIVE);
    RULES.put("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", POSITIVE);
    RULES.put("OTEL_SDK_DISABLED", TRUTH);
  }

  /** What the variables of {@code environment} say. */
  static TraceSettings of(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    for (String name : environment.keySet()) {
      String value = environment.get(name).strip();
      if (name.startsWith("OTEL_") && !name.equals(RESOURCE) && !value.isEmpty()) {
        accepted(name, value, warnings).ifPresent(fits -> properties.put(property(name), fits));
      }
    }
    Map<String, String> attributes = attributes(environment.getOrDefault(RESOURCE, ""), warnings);
    String service = environment.getOrDefault("OTEL_SERVICE_NAME", "").strip();
    if (service.isEmpty()) {
      attributes.putIfAbsent(SERVICE, "wadah");
    } else {
      attributes.put(SERVICE, service);
    }
    DEFAULTS.forEach(properties::putIfAbsent);
    properties.putAll(FIXED);
    Collections.sort(warnings);
    return new TraceSettings(properties, attributes, warnings);
  }

  private static String property(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /** The value as the library knows it, or none, with a warning. */
  private static Optional<String> accepted(String name, String value, List<String> warnings) {
    Rule rule = RULES.get(name);
    if (rule == null) {
      return Optional.of(value);
    }
    String word = value.toLowerCase(Locale.ROOT);
    if (rule.fits().test(word)) {
      return Optional.of(word);
    }
    warnings.add("%s=%s is ignored: %s".formatted(name, value, rule.mistake()));
    return Optional.empty();
  }

  private static boolean isRatio(String text) {
    try {
      double ratio = Double.parseDouble(text);
      return ratio >= 0 && ratio <= 1;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static Map<String, String> attributes(String text, List<String> warnings) {
    try {
      return ResourceAttributes.parse(text);
    } catch (IllegalArgumentException e) {
      warnings.add("%s is ignored: %s".formatted(RESOURCE, e.getMessage()));
      return new LinkedHashMap<>();
    }
  }
}
