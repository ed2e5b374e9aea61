package dev.wadah.dockerfile;

import java.util.Optional;

/**
 * Something the user should know about a source file: what, where, why, and what to do.
 *
 * @param code stable kebab-case code, or the name of a build check such as {@code StageNameCasing}
 * @param severity how bad it is
 * @param message what is wrong, names and values quoted, no full stop
 * @param source the file that {@code span} points into; empty where no file is to blame
 * @param span where; empty when the whole file is meant
 * @param why the rule that was broken; may be empty
 * @param remedy what to do, a command or a spelling; may be empty
 * @param url the page that documents the rule; may be empty
 */
public record Diagnostic(
    String code,
    Severity severity,
    String message,
    Optional<SourceFile> source,
    Optional<Span> span,
    String why,
    String remedy,
    String url) {

  /** How bad a diagnostic is. */
  public enum Severity {
    ERROR,
    WARNING
  }

  /** An error that no place in a file is to blame for. */
  public static Diagnostic error(String code, String message, String why, String remedy) {
    return new Diagnostic(
        code, Severity.ERROR, message, Optional.empty(), Optional.empty(), why, remedy, "");
  }

  /** An error in {@code source} at {@code span}. */
  public static Diagnostic error(
      String code, String message, SourceFile source, Span span, String why, String remedy) {
    return new Diagnostic(
        code, Severity.ERROR, message, Optional.of(source), Optional.of(span), why, remedy, "");
  }
}
