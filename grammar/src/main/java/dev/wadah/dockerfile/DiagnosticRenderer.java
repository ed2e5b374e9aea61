package dev.wadah.dockerfile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Renders diagnostics as text: where and what, an excerpt with a caret, why, and what to try. Every
 * place that shows a diagnostic as text uses this one form.
 */
public final class DiagnosticRenderer {
  /** Whether escape sequences for colours are used. */
  public enum Colour {
    NEVER,
    ALWAYS
  }

  /** A longer source line is cut around the place that is meant. */
  private static final int MAX_WIDTH = 160;

  private static final int CONTEXT_BEFORE_CUT = 60;

  private final Colour colour;

  private DiagnosticRenderer(Colour colour) {
    this.colour = colour;
  }

  /** A renderer. */
  public static DiagnosticRenderer of(Colour colour) {
    return new DiagnosticRenderer(colour);
  }

  /** All diagnostics in order, a blank line between each two; every line ends with a line feed. */
  public String render(List<Diagnostic> diagnostics) {
    StringBuilder out = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      if (out.length() > 0) {
        out.append('\n');
      }
      append(out, diagnostic);
    }
    return out.toString();
  }

  /** One diagnostic; every line ends with a line feed. */
  public String render(Diagnostic diagnostic) {
    StringBuilder out = new StringBuilder();
    append(out, diagnostic);
    return out.toString();
  }

  private void append(StringBuilder out, Diagnostic diagnostic) {
    String severity = diagnostic.severity().name().toLowerCase(Locale.ROOT);
    out.append(where(diagnostic));
    out.append(paint(isError(diagnostic) ? "1;31" : "1;33", severity + ":"));
    out.append(' ').append(visible(diagnostic.message()));
    out.append("  ").append(paint("2", "[" + diagnostic.code() + "]")).append('\n');
    if (diagnostic.source().isPresent() && diagnostic.span().isPresent()) {
      excerpt(out, diagnostic.source().get(), diagnostic.span().get());
    }
    line(out, "why:  ", diagnostic.why());
    line(out, "try:  ", diagnostic.remedy());
    line(out, "see:  ", diagnostic.url());
  }

  private static boolean isError(Diagnostic diagnostic) {
    return diagnostic.severity() == Diagnostic.Severity.ERROR;
  }

  private static String where(Diagnostic diagnostic) {
    String name = diagnostic.source().map(SourceFile::name).orElse("");
    Optional<Span> span = diagnostic.span();
    if (name.isEmpty()) {
      return "";
    }
    return name + span.map(s -> ":" + s.startLine() + ":" + s.startColumn()).orElse("") + ": ";
  }

  private void line(StringBuilder out, String label, String text) {
    if (!text.isEmpty()) {
      out.append(paint("1", label)).append(visible(text)).append('\n');
    }
  }

  /** The line before, the line itself, and carets under the part that is meant. */
  private void excerpt(StringBuilder out, SourceFile source, Span span) {
    Optional<String> text = source.line(span.startLine());
    if (text.isEmpty() || (text.get().isBlank() && span.startLine() == 1)) {
      return;
    }
    int width = Integer.toString(span.startLine()).length();
    String margin = " ".repeat(Math.max(0, 4 - width));
    if (span.startLine() > 1) {
      String before = source.line(span.startLine() - 1).orElse("");
      out.append(margin).append(pad(span.startLine() - 1, width)).append(" | ");
      out.append(cut(before, 0)).append('\n');
    }
    int from = Math.min(span.startColumn() - 1, text.get().length());
    int shift = text.get().length() > MAX_WIDTH ? Math.max(0, from - CONTEXT_BEFORE_CUT) : 0;
    out.append(margin).append(span.startLine()).append(" | ");
    out.append(cut(text.get(), shift)).append('\n');
    out.append(margin).append(" ".repeat(width)).append(" | ");
    caret(out, text.get(), shift, from, end(span, text.get()));
  }

  private static int end(Span span, String line) {
    int end =
        span.endLine() == span.startLine() ? span.endColumn() - 1 : line.stripTrailing().length();
    return Math.min(end, line.length());
  }

  private void caret(StringBuilder out, String line, int shift, int from, int to) {
    if (shift > 0) {
      out.append(' ');
    }
    for (int i = shift; i < from; i++) {
      char c = line.charAt(i);
      if (!Character.isLowSurrogate(c)) {
        out.append(c == '\t' ? '\t' : ' ');
      }
    }
    int last = Math.min(Math.max(to, from + 1), shift + MAX_WIDTH);
    StringBuilder carets = new StringBuilder();
    for (int i = from; i < last; i++) {
      if (i >= line.length() || !Character.isLowSurrogate(line.charAt(i))) {
        carets.append('^');
      }
    }
    out.append(paint("1;31", carets.toString())).append('\n');
  }

  private static String cut(String line, int shift) {
    int end = Math.min(line.length(), shift + MAX_WIDTH);
    String shown = visible(line.substring(shift, end));
    return (shift > 0 ? "…" : "") + shown + (end < line.length() ? "…" : "");
  }

  private static String pad(int number, int width) {
    String digits = Integer.toString(number);
    return " ".repeat(width - digits.length()) + digits;
  }

  /** Control characters would let a file write to the terminal; tabs may stay. */
  private static String visible(String text) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) && c != '\t') {
        if (out == null) {
          out = new StringBuilder(text);
        }
        out.setCharAt(i, '\uFFFD');
      }
    }
    return out == null ? text : out.toString();
  }

  private String paint(String codes, String text) {
    return colour == Colour.ALWAYS ? "\u001B[" + codes + "m" + text + "\u001B[0m" : text;
  }
}
