package dev.wadah.cli.template;

import java.util.List;
import java.util.Locale;

/** The part of Go's printf that formats of commands use: %s %v %q %d %t %f %x %%, width, flags. */
final class Printf {
  /** Widest field and longest precision, so that a format cannot fill the memory. */
  private static final int WIDEST = 1000;

  private final List<Object> arguments;
  private final StringBuilder out = new StringBuilder();
  private int next = 1;

  private Printf(List<Object> arguments) {
    this.arguments = arguments;
  }

  static String format(List<Object> arguments) throws TemplateException {
    if (arguments.isEmpty() || !(arguments.get(0) instanceof String format)) {
      throw new TemplateException("\"printf\" needs a format");
    }
    Printf printf = new Printf(arguments);
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at++);
      if (c == '%') {
        at = printf.verb(format, at);
      } else {
        printf.out.append(c);
      }
    }
    return printf.out.toString();
  }

  private int verb(String format, int from) throws TemplateException {
    int at = from;
    while (at < format.length() && "-+ #0123456789.".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    if (at == format.length()) {
      throw new TemplateException("the format \"%s\" ends within a verb".formatted(format));
    }
    String flags = format.substring(from, at);
    char verb = format.charAt(at);
    if (verb == '%') {
      out.append('%');
    } else {
      if (next >= arguments.size()) {
        throw new TemplateException("the format \"%s\" has no argument left".formatted(format));
      }
      out.append(padded(flags, text(verb, flags, arguments.get(next++))));
    }
    return at + 1;
  }

  private static String text(char verb, String flags, Object value) throws TemplateException {
    return switch (verb) {
      case 's', 'v' -> cut(GoText.of(value), flags);
      case 'q' -> "\"" + GoText.of(value).replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
      case 'd' -> Long.toString(number(value).longValue());
      case 'x' -> value instanceof Number n ? Long.toHexString(n.longValue()) : GoText.of(value);
      case 'f' ->
          String.format(Locale.ROOT, "%." + precision(flags, 6) + "f", number(value).doubleValue());
      case 't' -> GoText.of(value);
      default -> throw new TemplateException("printf verb %%%c is not supported".formatted(verb));
    };
  }

  private static Number number(Object value) throws TemplateException {
    if (value instanceof Number number) {
      return number;
    }
    throw new TemplateException("printf wants a number, not " + GoText.of(value));
  }

  private static String cut(String text, String flags) throws TemplateException {
    return text.substring(0, Math.min(text.length(), precision(flags, text.length())));
  }

  private static int precision(String flags, int otherwise) throws TemplateException {
    int dot = flags.indexOf('.');
    return dot < 0 ? otherwise : small(flags.substring(dot + 1));
  }

  private static String padded(String flags, String text) throws TemplateException {
    int dot = flags.indexOf('.');
    String before = dot < 0 ? flags : flags.substring(0, dot);
    boolean left = before.contains("-");
    String digits = before.replaceAll("^[-+ #0]+", "");
    int missing = small(digits) - text.length();
    if (missing <= 0) {
      return text;
    }
    boolean zeros = !left && before.startsWith("0");
    return left ? text + " ".repeat(missing) : (zeros ? "0" : " ").repeat(missing) + text;
  }

  private static int small(String digits) throws TemplateException {
    if (digits.isEmpty()) {
      return 0;
    }
    if (digits.length() > 4 || Integer.parseInt(digits) > WIDEST) {
      throw new TemplateException("printf width %s is too large".formatted(digits));
    }
    return Integer.parseInt(digits);
  }
}
