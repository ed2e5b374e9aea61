package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction.Heredoc;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.expand.Blanks;
import dev.wadah.dockerfile.internal.Draft.HeredocBody;
import java.util.ArrayList;
import java.util.List;

/** Reads the bodies of an instruction's here-documents. */
final class Heredocs {
  private Heredocs() {}

  /**
   * The here-documents that the markers of a line announce, in order. A missing delimiter is
   * reported; reading then goes on behind the line that most likely was meant to be it.
   */
  static List<HeredocBody> read(LogicalLine line, LineReader lines, SyntaxErrors errors) {
    List<HeredocBody> bodies = new ArrayList<>();
    for (HeredocMarker marker : HeredocMarker.find(line.text())) {
      LineReader.Mark before = lines.mark();
      String body = lines.heredoc(marker.name(), marker.stripTabs());
      if (body == null) {
        lines.reset(before);
        unterminated(line, marker, lines, errors);
        break;
      }
      bodies.add(new HeredocBody(marker, body));
    }
    return bodies;
  }

  private static void unterminated(
      LogicalLine line, HeredocMarker marker, LineReader lines, SyntaxErrors errors) {
    Span span = line.span(marker.range().from(), marker.range().to());
    String remedy = "add a line that holds nothing but " + marker.name();
    for (String next = lines.physicalLine(); next != null; next = lines.physicalLine()) {
      String trimmed = Blanks.trim(next);
      if (trimmed.equals(marker.name())) {
        remedy =
            "line "
                + lines.line()
                + " has blanks around it: "
                + (marker.stripTabs() || next.charAt(0) != '\t'
                    ? "remove them"
                    : "remove them, or write <<-" + marker.name() + " to allow tabs");
        break;
      }
      if (isNear(trimmed, marker.name())) {
        remedy = "did you mean " + Quoting.quote(trimmed) + " (line " + lines.line() + ")?";
        break;
      }
    }
    errors.add(
        "heredoc-unterminated",
        "unterminated heredoc " + Quoting.quote(marker.name()),
        span,
        "a here-document ends at a line that holds nothing but its delimiter",
        remedy);
  }

  private static boolean isNear(String line, String name) {
    return name.length() > 2
        && line.length() > 2
        && line.indexOf(' ') < 0
        && Suggestions.nearest(line, List.of(name)).isPresent();
  }

  /** The here-document as the tree shows it: leading tabs gone where {@code <<-} asks for it. */
  static Heredoc typed(HeredocMarker marker, String raw, Span span) {
    String body = marker.stripTabs() ? withoutTabs(raw) : raw;
    return new Heredoc(marker.name(), marker.expand(), marker.stripTabs(), marker.fd(), body, span);
  }

  private static String withoutTabs(String body) {
    StringBuilder out = new StringBuilder(body.length());
    boolean lineStart = true;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (!lineStart || c != '\t') {
        out.append(c);
        lineStart = c == '\n';
      }
    }
    return out.toString();
  }
}
