package dev.wadah.dockerfile.expand;

/**
 * The replacement of {@code ${v//p/r}} in which a dollar that survived expansion is a reference, as
 * BuildKit hands it to Go's {@code Regexp.ReplaceAllString}: {@code $0} is the match, any other
 * name is empty, {@code $$} is a dollar.
 */
final class ReplacementTemplate {
  private ReplacementTemplate() {}

  /** Appends {@code template} for the match {@code value[start, end)}. */
  static void append(StringBuilder result, String template, String value, int start, int end) {
    int i = 0;
    while (i < template.length()) {
      char c = template.charAt(i);
      if (c != '$' || i + 1 == template.length()) {
        result.append(c);
        i++;
      } else if (template.charAt(i + 1) == '$') {
        result.append('$');
        i += 2;
      } else {
        i = reference(result, template, i, value.substring(start, end));
      }
    }
  }

  private static int reference(StringBuilder result, String template, int at, String match) {
    boolean braced = template.charAt(at + 1) == '{';
    int from = braced ? at + 2 : at + 1;
    int to = from;
    while (to < template.length() && isWord(template.charAt(to))) {
      to++;
    }
    boolean closed = !braced || (to < template.length() && template.charAt(to) == '}');
    if (to == from || !closed) {
      result.append('$');
      return at + 1;
    }
    if (template.substring(from, to).equals("0")) {
      result.append(match);
    }
    return braced ? to + 1 : to;
  }

  private static boolean isWord(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }
}
