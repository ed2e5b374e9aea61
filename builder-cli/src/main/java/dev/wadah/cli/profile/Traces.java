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
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends a build as a trace to where the standard variables of OpenTelemetry say
 * (OTEL_EXPORTER_OTLP_ENDPOINT and its kin; TRACEPARENT names the caller's span): a span for the
 * build, one for each vertex, one for each of its phases. What sends it is looked for and loaded
 * beside the build, which takes a second that nobody shall wait for.
 */
final class Traces {
  /** For a build that came to its end, however many spans it has. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** For one that the user has stopped, and wants to see gone. */
  static final Duration LITTLE_PATIENCE = Duration.ofMillis(300);

  // The library reports failures to its logger, with stack traces; the user hears of them once.
  // Held, because a logger that nobody holds loses its level.
  private static final Logger LOGGER = Logger.getLogger("io.opentelemetry");

  private final TraceVariables variables;
  private final TraceSettings settings;
  private final PrintStream console;
  private final Collector collector;
  private final AtomicBoolean lost = new AtomicBoolean();
  private final FutureTask<OpenTelemetrySdk> telemetry = new FutureTask<>(this::load);

  private Traces(TraceVariables variables, PrintStream console) {
    this.variables = variables;
    this.settings = variables.settings();
    this.console = console;
    this.collector = Collector.of(variables);
  }

  /**
   * Looks for the collector and loads what sends to it, in the background.
   *
   * @param console to print the trace on, if that is asked for
   */
  static Traces begin(TraceVariables variables, PrintStream console) {
    LOGGER.setLevel(Level.OFF);
    Traces traces = new Traces(variables, console);
    Thread thread = new Thread(traces.telemetry, "traces");
    thread.setDaemon(true);
    thread.start();
    return traces;
  }

  private OpenTelemetrySdk load() throws IOException {
    variables.check();
    if (variables.wantsCollector()) {
      collector.reach();
    }
    return new TraceLibrary(variables, settings, console, lost).load();
  }

  /** What of the variables is wrong and was ignored. */
  List<String> warnings() {
    return settings.warnings();
  }

  /**
   * Sends a trace; returns when it has arrived, or will not.
   *
   * @param failure what the build failed with
   * @param patience how long to wait at most
   * @return why it was not sent
   */
  Optional<String> send(
      BuildProfile.Finished profile, Optional<String> failure, Duration patience) {
    try {
      OpenTelemetrySdk sdk = telemetry.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      spans(sdk.getTracer("dev.wadah"), profile, parent(variables), failure);
      CompletableResultCode sent =
          sdk.getSdkTracerProvider().forceFlush().join(patience.toMillis(), TimeUnit.MILLISECONDS);
      return lost.get() || !sent.isSuccess()
          ? Optional.of(collector.name() + " does not answer, or refuses it")
          : Optional.empty();
    } catch (TimeoutException e) {
      return Optional.of("there was no time for it");
    } catch (ExecutionException e) {
      return Optional.of(variables.withoutSecrets(reason(e.getCause())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("the build was interrupted");
    }
  }

  /**
   * What the library says, or its cause when it says nothing. Not always the cause, which may quote
   * a part of a header.
   */
  private static String reason(Throwable failure) {
    boolean mute = "Unexpected configuration error".equals(failure.getMessage());
    Throwable telling = mute && failure.getCause() != null ? failure.getCause() : failure;
    return String.valueOf(telling.getMessage());
  }

  private static Context parent(TraceVariables variables) {
    if (!variables.wantsParent()) {
      return Context.root();
    }
    Map<String, String> carrier = new HashMap<>();
    carrier.put("traceparent", variables.value("TRACEPARENT"));
    carrier.put("tracestate", variables.value("TRACESTATE"));
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
