package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Collects what the checks that are switched on find. */
final class Findings {
  private final SourceFile source;
  private final CheckOptions options;
  private final List<Diagnostic> found = new ArrayList<>();

  Findings(SourceFile source, CheckOptions options) {
    this.source = source;
    this.options = options;
  }

  void add(CheckRule rule, Span span, String message) {
    if (options.isOn(rule)) {
      found.add(
          new Diagnostic(
              rule.id(),
              Diagnostic.Severity.WARNING,
              message,
              Optional.of(source),
              Optional.of(span),
              rule.description(),
              "",
              rule.url()));
    }
  }

  /** All findings by line, those of one line in the order in which they were found. */
  List<Diagnostic> sorted() {
    List<Diagnostic> sorted = new ArrayList<>(found);
    // No Comparator.comparingInt: it is serializable, and such are linked anew by every process.
    sorted.sort((a, b) -> Integer.compare(line(a), line(b)));
    return List.copyOf(sorted);
  }

  private static int line(Diagnostic finding) {
    return finding.span().isPresent() ? finding.span().get().startLine() : 0;
  }
}
