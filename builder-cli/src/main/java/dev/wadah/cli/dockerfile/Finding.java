package dev.wadah.cli.dockerfile;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Diagnostic.Severity;
import dev.wadah.dockerfile.Span;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What lint found.
 *
 * @param file as given on the command line
 * @param diagnostic the rest
 */
record Finding(String file, Diagnostic diagnostic) {
  /** 1-based; 1 where the whole file is meant. */
  int line() {
    return diagnostic.span().map(Span::startLine).orElse(1);
  }

  /** 1-based; 1 where the whole file is meant. */
  int column() {
    return diagnostic.span().map(Span::startColumn).orElse(1);
  }

  /** {@code warning} or {@code error}. */
  String level() {
    return diagnostic.severity() == Severity.ERROR ? "error" : "warning";
  }

  /** As {@code --format json} writes it. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", file);
    json.put("rule", diagnostic.code());
    json.put("line", line());
    json.put("column", column());
    json.put("message", diagnostic.message());
    json.put("level", level());
    json.put("url", diagnostic.url());
    return json;
  }
}
