package dev.wadah.cli.profile;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.internal.AutoConfigureUtil;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.PrintStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * OpenTelemetry's library, set up as the variables say.
 *
 * @param variables that say where a trace goes
 * @param settings that say how
 * @param console to print it on, if that is asked for
 * @param lost set when a collector did not get a part of it
 */
record TraceLibrary(
    TraceVariables variables, TraceSettings settings, PrintStream console, AtomicBoolean lost) {
  /** Loads it, which takes a second where no start archive has it. */
  OpenTelemetrySdk load() {
    // The library's own reading of variables gives up at the first that is wrong or empty.
    ConfigProperties config = DefaultConfigProperties.createFromMap(properties());
    return AutoConfigureUtil.setConfigPropertiesCustomizer(
            AutoConfiguredOpenTelemetrySdk.builder(), read -> config)
        .disableShutdownHook() // which would wait for a collector once more
        .addResourceCustomizer((resource, unused) -> resource.merge(resource()))
        .addSpanExporterCustomizer((exporter, unused) -> watched(exporter, config))
        .addTracerProviderCustomizer((tracers, unused) -> printing(tracers))
        .build()
        .getOpenTelemetrySdk();
  }

  /** The library has no word for the console, nor for JSON. */
  private Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>(settings.properties());
    properties.put("otel.traces.exporter", variables.wantsCollector() ? "otlp" : "none");
    properties.put(
        "otel.exporter.otlp.traces.protocol", variables.wantsGrpc() ? "grpc" : "http/protobuf");
    return properties;
  }

  private Resource resource() {
    AttributesBuilder attributes = Attributes.builder();
    settings.attributes().forEach(attributes::put);
    return Resource.create(attributes.build());
  }

  private SpanExporter watched(SpanExporter exporter, ConfigProperties config) {
    if (!variables.wantsJson()) {
      return new WatchedExporter(exporter, lost);
    }
    exporter.shutdown();
    return new WatchedExporter(JsonExporter.of(config), lost);
  }

  private SdkTracerProviderBuilder printing(SdkTracerProviderBuilder tracers) {
    return variables.wantsConsole()
        ? tracers.addSpanProcessor(SimpleSpanProcessor.create(new ConsoleExporter(console)))
        : tracers;
  }

  /** Notes whether anything could not be sent; then nothing more is tried. */
  private record WatchedExporter(SpanExporter exporter, AtomicBoolean lost)
      implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      if (lost.get()) {
        return CompletableResultCode.ofFailure();
      }
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
}
