package dev.wadah.dockerfile.internal;

/** Decodes JSON string literals. */
final class JsonStrings {
  private static final char REPLACEMENT = '\uFFFD';

  private JsonStrings() {}

  /** The value of a literal with its quotes; a lone surrogate becomes U+FFFD, as in Go. */
  static String decode(String literal) {
    String raw = literal.substring(1, literal.length() - 1);
    if (raw.indexOf('\\') < 0) {
      return raw;
    }
    StringBuilder out = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char kind = raw.charAt(++i);
      if (kind == 'u') {
        out.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
        i += 4;
      } else {
        out.append(simple(kind));
      }
    }
    return withoutLoneSurrogates(out);
  }

  private static char simple(char kind) {
    return switch (kind) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> kind;
    };
  }

  private static String withoutLoneSurrogates(StringBuilder text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else {
        text.setCharAt(i, REPLACEMENT);
      }
    }
    return text.toString();
  }
}
