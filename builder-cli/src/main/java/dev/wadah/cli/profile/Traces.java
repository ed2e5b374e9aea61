package dev.wadah.cli.profile;

import dev.wadah.profile.Profile;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends a build as a trace to where the standard variables of OpenTelemetry say
 * (OTEL_EXPORTER_OTLP_ENDPOINT and its kin; TRACEPARENT names the caller's span): a span for the
 * build, one for each vertex, one for each of its phases.
 */
final class Traces {
  private static final long SECONDS_TO_SEND = 10;

  private Traces() {}

  /**
   * Sends a trace; returns when it has arrived, or will not.
   *
   * @param failure what the build failed with
   * @return why it was not sent
   */
  static Optional<String> send(
      BuildProfile.Finished profile, Map<String, String> environment, Optional<String> failure) {
    // The library reports failures to its logger, with stack traces; the user hears of them once.
    Logger logger = Logger.getLogger("io.opentelemetry");
    logger.setLevel(Level.OFF);
    AtomicBoolean lost = new AtomicBoolean();
    try (OpenTelemetrySdk telemetry = sdk(environment, lost)) {
      spans(telemetry.getTracer("dev.wadah"), profile, parent(environment), failure);
      telemetry.getSdkTracerProvider().forceFlush().join(SECONDS_TO_SEND, TimeUnit.SECONDS);
      return lost.get()
          ? Optional.of(
              "the collector does not answer, or refuses it (OTEL_EXPORTER_OTLP_ENDPOINT=%s)"
                  .formatted(environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
          : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } finally {
      // Keeps the logger, and so its level, until here.
      logger.setLevel(null);
    }
  }

  private static OpenTelemetrySdk sdk(Map<String, String> environment, AtomicBoolean lost) {
    return AutoConfiguredOpenTelemetrySdk.builder()
        .addPropertiesSupplier(Traces::defaults)
        .addPropertiesCustomizer(config -> properties(environment))
        .addSpanExporterCustomizer((exporter, config) -> new WatchedExporter(exporter, lost))
        .build()
        .getOpenTelemetrySdk();
  }

  /** Notes whether anything could not be sent. */
  private record WatchedExporter(SpanExporter exporter, AtomicBoolean lost)
      implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      CompletableResultCode result = exporter.export(spans);
      return result.whenComplete(() -> lost.compareAndSet(false, !result.isSuccess()));
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }

  /** A command has no metrics and no logs to send, and names itself. */
  private static Map<String, String> defaults() {
    return Map.of(
        "otel.service.name", "wadah",
        "otel.metrics.exporter", "none",
        "otel.logs.exporter", "none",
        "otel.exporter.otlp.protocol", "http/protobuf",
        "otel.bsp.max.queue.size", "65536");
  }

  /** The variables as properties: OTEL_SERVICE_NAME is otel.service.name. */
  private static Map<String, String> properties(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("OTEL_")) {
            properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
          }
        });
    return properties;
  }

  private static Context parent(Map<String, String> environment) {
    Map<String, String> carrier = new HashMap<>();
    carrier.put("traceparent", environment.get("TRACEPARENT"));
    carrier.put("tracestate", environment.get("TRACESTATE"));
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), carrier, GETTER);
  }

  private static final TextMapGetter<Map<String, String>> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
          return carrier.keySet();
        }

        @Override
        public String get(Map<String, String> carrier, String key) {
          return carrier == null ? null : carrier.get(key);
        }
      };

  private static void spans(
      Tracer tracer, BuildProfile.Finished profile, Context parent, Optional<String> failure) {
    Span build = span(tracer, "wadah build", parent, profile, profile.start());
    failure.ifPresent(error -> build.setStatus(StatusCode.ERROR, error));
    Context under = parent.with(build);
    Map<String, Context> vertices = new HashMap<>();
    for (BuildProfile.Step step : profile.steps()) {
      String digest = step.name().digest().toString();
      Span span = span(tracer, step.name().name(), under, profile, step.start());
      span.setAttribute("vertex", digest);
      span.setAttribute("outcome", step.outcome().name().toLowerCase(Locale.ROOT));
      step.error().ifPresent(error -> span.setStatus(StatusCode.ERROR, error));
      span.end(profile.instant(step.start() + step.nanos()));
      vertices.put(digest, under.with(span));
    }
    for (Profile.Entry entry : profile.entries()) {
      Context of = vertices.getOrDefault(entry.subject(), under);
      Span span = span(tracer, entry.phase().label(), of, profile, entry.start());
      span.end(profile.instant(entry.start() + entry.nanos()));
    }
    build.end(profile.instant(profile.start() + profile.nanos()));
  }

  private static Span span(
      Tracer tracer, String name, Context parent, BuildProfile.Finished profile, long start) {
    return tracer
        .spanBuilder(name)
        .setParent(parent)
        .setSpanKind(SpanKind.INTERNAL)
        .setStartTimestamp(profile.instant(start))
        .startSpan();
  }
}
