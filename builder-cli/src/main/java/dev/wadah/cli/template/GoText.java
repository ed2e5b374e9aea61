package dev.wadah.cli.template;

import dev.wadah.cli.Absent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Values as Go's fmt prints them with {@code %v}. */
final class GoText {
  private GoText() {}

  static String of(Object value) {
    StringBuilder text = new StringBuilder();
    append(text, value);
    return text.toString();
  }

  private static void append(StringBuilder text, Object value) {
    if (value == null) {
      text.append("<no value>");
    } else if (value == Absent.LIST) {
      text.append("[]");
    } else if (value == Absent.MAP) {
      text.append("map[]");
    } else if (value instanceof List<?> list) {
      text.append('[');
      String separator = "";
      for (Object element : list) {
        text.append(separator);
        append(text, element);
        separator = " ";
      }
      text.append(']');
    } else if (value instanceof Map<?, ?> map) {
      text.append("map[");
      String separator = "";
      for (Map.Entry<?, ?> entry : new TreeMap<Object, Object>(map).entrySet()) {
        text.append(separator).append(entry.getKey()).append(':');
        append(text, entry.getValue());
        separator = " ";
      }
      text.append(']');
    } else if (value instanceof Double number) {
      text.append(
          number == Math.rint(number) && Math.abs(number) < 1e15
              ? String.valueOf(number.longValue())
              : number.toString());
    } else {
      text.append(value);
    }
  }

  /** Go's truth: not false, zero, empty or nil. */
  static boolean isTrue(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String string) {
      return !string.isEmpty();
    }
    if (value instanceof List<?> list) {
      return !list.isEmpty();
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    return value != null && !(value instanceof Absent);
  }
}
