package dev.wadah.cli.build;

import dev.wadah.cli.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One line of comma-separated fields, quoted as CSV is: {@code type=local,"dest=a,b"}. */
final class Csv {
  private Csv() {}

  /**
   * Splits a line into its fields.
   *
   * @param flag for the message
   * @throws UsageException if a quote is not closed or stands in the middle of a field
   */
  static List<String> fields(String flag, String line) throws UsageException {
    List<String> fields = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder field = new StringBuilder();
      if (at < line.length() && line.charAt(at) == '"') {
        at = quoted(flag, line, at + 1, field);
      } else {
        int end = line.indexOf(',', at);
        end = end < 0 ? line.length() : end;
        field.append(line, at, end);
        if (field.indexOf("\"") >= 0) {
          throw malformed(flag, line, "a quote stands in the middle of a field");
        }
        at = end;
      }
      fields.add(field.toString());
      if (at >= line.length()) {
        return fields;
      }
      if (line.charAt(at) != ',') {
        throw malformed(flag, line, "something follows a closing quote");
      }
      at++;
    }
  }

  /** Fields of the form key=value, keys in lower case; a field without = has an empty value. */
  static Map<String, String> pairs(String flag, String line) throws UsageException {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String field : fields(flag, line)) {
      int equals = field.indexOf('=');
      String key = equals < 0 ? field : field.substring(0, equals);
      pairs.put(
          key.strip().toLowerCase(java.util.Locale.ROOT),
          equals < 0 ? "" : field.substring(equals + 1));
    }
    return pairs;
  }

  /** Reads a quoted field from {@code at}; returns the position behind its closing quote. */
  private static int quoted(String flag, String line, int at, StringBuilder field)
      throws UsageException {
    int from = at;
    while (true) {
      int quote = line.indexOf('"', from);
      if (quote < 0) {
        throw malformed(flag, line, "a quote is not closed");
      }
      field.append(line, from, quote);
      if (!line.startsWith("\"\"", quote)) {
        return quote + 1;
      }
      field.append('"');
      from = quote + 2;
    }
  }

  private static UsageException malformed(String flag, String line, String why) {
    return new UsageException("invalid value '%s' for %s".formatted(line, flag), why, "");
  }
}
