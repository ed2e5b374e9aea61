package dev.wadah.cli.profile;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.internal.HttpExporter;
import io.opentelemetry.exporter.otlp.internal.HttpExporterBuilder;
import io.opentelemetry.exporter.otlp.internal.OtlpConfigUtil;
import io.opentelemetry.exporter.otlp.internal.OtlpUserAgent;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.internal.StandardComponentId.ExporterType;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;

/**
 * Sends spans to a collector as JSON over HTTP. The library has all of it, and nothing public that
 * turns it on.
 */
record JsonExporter(HttpExporter exporter) implements SpanExporter {
  /** Where the specification looks for a collector. */
  private static final String ENDPOINT = "http://localhost:4318/v1/traces";

  /** One for the collector, headers and certificates of {@code config}. */
  static JsonExporter of(ConfigProperties config) {
    HttpExporterBuilder builder =
        new HttpExporterBuilder(ExporterType.OTLP_HTTP_SPAN_EXPORTER, ENDPOINT).exportAsJson();
    OtlpUserAgent.addUserAgentHeader(builder::addConstantHeaders);
    OtlpConfigUtil.configureOtlpExporterBuilder(
        "traces",
        config,
        builder::setComponentLoader,
        builder::setEndpoint,
        builder::addConstantHeaders,
        builder::setCompression,
        builder::setTimeout,
        builder::setTrustManagerFromCerts,
        builder::setKeyManagerFromCerts,
        builder::setRetryPolicy,
        memory -> {}, // ways to reuse memory, for programs that send for days
        builder::setInternalTelemetryVersion);
    return new JsonExporter(builder.build());
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    return exporter.export(TraceRequestMarshaler.create(spans), spans.size());
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
