package dev.wadah.cli.profile;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** Prints spans, as a collector would get them in JSON, one on each line. */
record ConsoleExporter(PrintStream out) implements SpanExporter {
  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try {
      TraceRequestMarshaler.create(spans).writeJsonTo(json);
    } catch (IOException e) {
      return CompletableResultCode.ofExceptionalFailure(e);
    }
    out.println(json.toString(StandardCharsets.UTF_8));
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    out.flush();
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
