package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Dockerfile.Directive;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.expand.Blanks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads the parser directives at the top of a file. The first line that is none ends them
 * (Dockerfile reference, "Parser directives").
 */
final class DirectiveReader {
  private final SyntaxErrors errors;
  private final List<Directive> found = new ArrayList<>();
  private char escape = '\\';
  private boolean finished;
  private boolean shebang;

  DirectiveReader(SyntaxErrors errors) {
    this.errors = errors;
  }

  List<Directive> found() {
    return found;
  }

  char escape() {
    return escape;
  }

  /** Says that a line came that cannot be a directive. */
  void finish() {
    finished = true;
  }

  /**
   * Reads a line that begins with {@code #}.
   *
   * @return the directive, or empty when the line is an ordinary comment
   */
  Optional<Directive> read(String line, Span span) {
    if (span.startLine() == 1 && span.startColumn() == 1 && line.startsWith("#!")) {
      shebang = true;
      return Optional.empty();
    }
    Optional<Directive> directive = finished ? Optional.empty() : parse(line, span);
    if (directive.isPresent() && shebang && meansNothing(directive.get().key())) {
      return Optional.empty();
    }
    if (directive.isEmpty()) {
      finished = true;
      return directive;
    }
    accept(directive.get());
    return directive;
  }

  /**
   * BuildKit looks for {@code syntax} and {@code check} behind a {@code #!} line as well and takes
   * the first of each; its reader of {@code escape} does not pass that line.
   */
  private boolean meansNothing(String key) {
    return key.equals("escape") || found.stream().anyMatch(earlier -> earlier.key().equals(key));
  }

  private static Optional<Directive> parse(String line, Span span) {
    int keyStart = Blanks.skip(line, 1, line.length());
    int keyEnd = keyStart;
    while (keyEnd < line.length() && isKeyPart(line.charAt(keyEnd))) {
      keyEnd++;
    }
    int equals = Blanks.skip(line, keyEnd, line.length());
    String key = line.substring(keyStart, keyEnd).toLowerCase(Locale.ROOT);
    boolean known = key.equals("syntax") || key.equals("escape") || key.equals("check");
    if (!known || equals == line.length() || line.charAt(equals) != '=') {
      return Optional.empty();
    }
    String value = Blanks.trim(line.substring(equals + 1));
    return value.isEmpty() ? Optional.empty() : Optional.of(new Directive(key, value, span));
  }

  private static boolean isKeyPart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  private void accept(Directive directive) {
    String key = directive.key();
    for (Directive earlier : found) {
      if (earlier.key().equals(key)) {
        errors.add(
            "directive-repeated",
            "only one " + key + " parser directive can be used",
            directive.span(),
            "the first one is in line " + earlier.span().startLine(),
            "remove this line");
        return;
      }
    }
    found.add(directive);
    if (key.equals("escape")) {
      setEscape(directive);
    }
  }

  private void setEscape(Directive directive) {
    String value = directive.value();
    if (value.equals("\\") || value.equals("`")) {
      escape = value.charAt(0);
    } else {
      errors.add(
          "escape-invalid",
          "invalid escape character " + Quoting.quote(value),
          directive.span(),
          "the escape parser directive takes a backslash or a backtick",
          "write # escape=\\ or # escape=`");
    }
  }
}
