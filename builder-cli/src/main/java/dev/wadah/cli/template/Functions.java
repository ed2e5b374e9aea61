package dev.wadah.cli.template;

import dev.wadah.cli.Absent;
import dev.wadah.cli.JsonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** The functions of templates: Go's and docker's. */
final class Functions {
  private Functions() {}

  static Object call(String name, List<Object> arguments) throws TemplateException {
    return switch (name) {
      case "json" -> JsonText.compact(one(name, arguments));
      case "lower" -> text(name, one(name, arguments)).toLowerCase(Locale.ROOT);
      case "upper" -> text(name, one(name, arguments)).toUpperCase(Locale.ROOT);
      case "title" -> title(text(name, one(name, arguments)));
      case "join" -> join(arguments);
      case "split" -> split(arguments);
      case "pad" -> pad(arguments);
      case "truncate" -> truncate(arguments);
      case "replace" -> replace(arguments);
      case "print" -> print(arguments);
      case "println" -> println(arguments);
      case "printf" -> Printf.format(arguments);
      case "len" -> length(one(name, arguments));
      case "index" -> index(arguments);
      case "slice" -> slice(arguments);
      case "not" -> !GoText.isTrue(one(name, arguments));
      case "and" -> firstThatIs(false, name, arguments);
      case "or" -> firstThatIs(true, name, arguments);
      default -> Comparisons.call(name, arguments);
    };
  }

  static void arity(String name, List<Object> arguments, int wanted) throws TemplateException {
    if (arguments.size() != wanted) {
      throw new TemplateException(
          "\"%s\" takes %d argument(s), not %d".formatted(name, wanted, arguments.size()));
    }
  }

  private static Object one(String name, List<Object> arguments) throws TemplateException {
    arity(name, arguments, 1);
    return arguments.get(0);
  }

  private static String text(String name, Object value) throws TemplateException {
    if (value instanceof String string) {
      return string;
    }
    throw new TemplateException("\"%s\" wants a string, not %s".formatted(name, GoText.of(value)));
  }

  private static int number(String name, Object value) throws TemplateException {
    if (value instanceof Number number) {
      return number.intValue();
    }
    throw new TemplateException("\"%s\" wants a number, not %s".formatted(name, GoText.of(value)));
  }

  private static String title(String text) {
    StringBuilder titled = new StringBuilder(text);
    for (int i = 0; i < titled.length(); i++) {
      if (i == 0 || !Character.isLetterOrDigit(titled.charAt(i - 1))) {
        titled.setCharAt(i, Character.toTitleCase(titled.charAt(i)));
      }
    }
    return titled.toString();
  }

  private static String join(List<Object> arguments) throws TemplateException {
    arity("join", arguments, 2);
    if (arguments.get(0) == Absent.LIST || arguments.get(0) == null) {
      return "";
    }
    if (!(arguments.get(0) instanceof List<?> list)) {
      throw new TemplateException("\"join\" wants a list, not " + GoText.of(arguments.get(0)));
    }
    List<String> texts = new ArrayList<>();
    for (Object element : list) {
      texts.add(GoText.of(element));
    }
    return String.join(text("join", arguments.get(1)), texts);
  }

  private static List<Object> split(List<Object> arguments) throws TemplateException {
    arity("split", arguments, 2);
    String separator = text("split", arguments.get(1));
    return new ArrayList<>(
        Arrays.asList(
            (Object[]) text("split", arguments.get(0)).split(Pattern.quote(separator), -1)));
  }

  private static String pad(List<Object> arguments) throws TemplateException {
    arity("pad", arguments, 3);
    return " ".repeat(Math.max(0, number("pad", arguments.get(1))))
        + text("pad", arguments.get(0))
        + " ".repeat(Math.max(0, number("pad", arguments.get(2))));
  }

  private static String truncate(List<Object> arguments) throws TemplateException {
    arity("truncate", arguments, 2);
    String text = text("truncate", arguments.get(0));
    int length = number("truncate", arguments.get(1));
    return text.length() <= length ? text : text.substring(0, Math.max(0, length));
  }

  private static String replace(List<Object> arguments) throws TemplateException {
    arity("replace", arguments, 3);
    return text("replace", arguments.get(0))
        .replace(text("replace", arguments.get(1)), text("replace", arguments.get(2)));
  }

  /** Go's Sprint: blanks between operands of which neither is a string. */
  private static String print(List<Object> arguments) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      boolean apart =
          i > 0
              && !(arguments.get(i) instanceof String)
              && !(arguments.get(i - 1) instanceof String);
      text.append(apart ? " " : "").append(GoText.of(arguments.get(i)));
    }
    return text.toString();
  }

  private static String println(List<Object> arguments) {
    StringBuilder text = new StringBuilder();
    for (Object argument : arguments) {
      text.append(text.length() == 0 ? "" : " ").append(GoText.of(argument));
    }
    return text.append('\n').toString();
  }

  private static Object length(Object value) throws TemplateException {
    if (value instanceof String string) {
      return (long) string.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }
    if (value instanceof List<?> list) {
      return (long) list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return (long) map.size();
    }
    if (value instanceof Absent) {
      return 0L;
    }
    throw new TemplateException("\"len\" of " + GoText.of(value));
  }

  private static Object index(List<Object> arguments) throws TemplateException {
    if (arguments.isEmpty()) {
      throw new TemplateException("\"index\" needs a value");
    }
    Object value = arguments.get(0);
    for (Object key : arguments.subList(1, arguments.size())) {
      value = indexOne(value, key);
    }
    return value;
  }

  private static Object indexOne(Object value, Object key) throws TemplateException {
    if (value instanceof Map<?, ?> map) {
      // As of a Go map of strings: what is not there is empty.
      return map.containsKey(key) ? map.get(key) : "";
    }
    if (value == Absent.MAP) {
      return "";
    }
    if (value instanceof List<?> list) {
      int at = number("index", key);
      if (at >= 0 && at < list.size()) {
        return list.get(at);
      }
      throw new TemplateException(
          "index %d is out of range of %d element(s)".formatted(at, list.size()));
    }
    throw new TemplateException("\"index\" of %s".formatted(GoText.of(value)));
  }

  private static Object slice(List<Object> arguments) throws TemplateException {
    if (arguments.isEmpty() || arguments.size() > 3) {
      throw new TemplateException("\"slice\" takes a value and up to two numbers");
    }
    Object value = arguments.get(0);
    int size = value instanceof String s ? s.length() : value instanceof List<?> l ? l.size() : 0;
    int from = arguments.size() > 1 ? number("slice", arguments.get(1)) : 0;
    int to = arguments.size() > 2 ? number("slice", arguments.get(2)) : size;
    if (from < 0 || to > size || from > to) {
      throw new TemplateException("slice %d:%d is out of range of %d".formatted(from, to, size));
    }
    return value instanceof String string
        ? string.substring(from, to)
        : value instanceof List<?> list ? list.subList(from, to) : value;
  }

  private static Object firstThatIs(boolean wanted, String name, List<Object> arguments)
      throws TemplateException {
    if (arguments.isEmpty()) {
      throw new TemplateException("\"%s\" needs an argument".formatted(name));
    }
    for (Object argument : arguments) {
      if (GoText.isTrue(argument) == wanted) {
        return argument;
      }
    }
    return arguments.get(arguments.size() - 1);
  }

  /** eq, ne, lt, le, gt, ge. */
  private static final class Comparisons {
    static Object call(String name, List<Object> arguments) throws TemplateException {
      return switch (name) {
        case "eq" -> equalsAny(arguments);
        case "ne" -> {
          arity(name, arguments, 2);
          yield !equalsAny(arguments);
        }
        case "lt" -> compare(name, arguments) < 0;
        case "le" -> compare(name, arguments) <= 0;
        case "gt" -> compare(name, arguments) > 0;
        case "ge" -> compare(name, arguments) >= 0;
        default -> throw new TemplateException("function \"%s\" not defined".formatted(name));
      };
    }

    private static boolean equalsAny(List<Object> arguments) throws TemplateException {
      if (arguments.size() < 2) {
        throw new TemplateException("\"eq\" needs two arguments");
      }
      for (Object other : arguments.subList(1, arguments.size())) {
        Object first = arguments.get(0);
        if ((first instanceof Number a && other instanceof Number b)
            ? a.doubleValue() == b.doubleValue()
            : Objects.equals(first, other)) {
          return true;
        }
      }
      return false;
    }

    private static int compare(String name, List<Object> arguments) throws TemplateException {
      arity(name, arguments, 2);
      if (arguments.get(0) instanceof Number a && arguments.get(1) instanceof Number b) {
        return Double.compare(a.doubleValue(), b.doubleValue());
      }
      if (arguments.get(0) instanceof String a && arguments.get(1) instanceof String b) {
        return a.compareTo(b);
      }
      throw new TemplateException("\"%s\" wants two numbers or two strings".formatted(name));
    }
  }
}
