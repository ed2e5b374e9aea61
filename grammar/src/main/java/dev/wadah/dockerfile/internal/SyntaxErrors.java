package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a file, in the order in which it is found. */
final class SyntaxErrors {
  /** After this many errors a file is not read further: it is no Dockerfile. */
  static final int MAX_ERRORS = 100;

  private final SourceFile source;
  private final List<Diagnostic> errors = new ArrayList<>();

  SyntaxErrors(SourceFile source) {
    this.source = source;
  }

  SourceFile source() {
    return source;
  }

  boolean isEmpty() {
    return errors.isEmpty();
  }

  boolean isFull() {
    return errors.size() >= MAX_ERRORS;
  }

  List<Diagnostic> all() {
    return errors;
  }

  void add(String code, String message, Span span, String why, String remedy) {
    errors.add(Diagnostic.error(code, message, source, span, why, remedy));
  }

  void addAll(List<Diagnostic> others) {
    errors.addAll(others);
  }
}
