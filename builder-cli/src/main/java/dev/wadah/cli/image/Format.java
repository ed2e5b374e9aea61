package dev.wadah.cli.image;

import dev.wadah.cli.CommandException;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.template.Template;
import dev.wadah.cli.template.TemplateException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code --format} of lists: a template per row, {@code table} before it, or {@code json}. */
public final class Format {
  private static final Pattern FIELD = Pattern.compile("\\.([A-Z][A-Za-z]*)");

  private Format() {}

  /**
   * Prints rows.
   *
   * @param format what the user gave
   * @param headings heading of every field, for {@code table}
   */
  public static void print(
      String format,
      Map<String, String> headings,
      List<? extends Map<String, ?>> rows,
      PrintStream out)
      throws CommandException {
    if (format.equals("json")) {
      rows.forEach(row -> out.println(JsonText.compact(row)));
      return;
    }
    boolean isTable = format.startsWith("table ");
    String text = isTable ? format.substring(6) : format;
    text = text.replace("\\t", "\t").replace("\\n", "\n");
    if (isTable) {
      table(text, headings, rows, out);
    } else {
      for (Map<String, ?> row : rows) {
        out.println(apply(text, row));
      }
    }
  }

  private static void table(
      String text,
      Map<String, String> headings,
      List<? extends Map<String, ?>> rows,
      PrintStream out)
      throws CommandException {
    Table table = new Table();
    // The heading is the template applied to the headings, with functions such as json left out.
    Matcher field = FIELD.matcher(text);
    Map<String, Object> head = new LinkedHashMap<>(headings);
    StringBuilder heading = new StringBuilder();
    int from = 0;
    Matcher action = Pattern.compile("\\{\\{[^}]*\\}\\}").matcher(text);
    while (action.find()) {
      heading.append(text, from, action.start());
      field.region(action.start(), action.end());
      if (field.find()) {
        heading.append(head.getOrDefault(field.group(1), ""));
      }
      from = action.end();
    }
    heading.append(text.substring(from));
    table.add(heading.toString().split("\t", -1));
    for (Map<String, ?> row : rows) {
      table.add(apply(text, row).split("\t", -1));
    }
    table.print(out);
  }

  /**
   * Refuses a template that is none for any value.
   *
   * @throws CommandException saying what is malformed
   */
  public static void requireTemplate(String text) throws CommandException {
    try {
      Template.parse(text);
    } catch (TemplateException e) {
      throw bad(text, e, "");
    }
  }

  /** Applies a template to one value. */
  public static String apply(String text, Object value) throws CommandException {
    try {
      return Template.parse(text).apply(value);
    } catch (TemplateException e) {
      throw bad(
          text,
          e,
          value instanceof Map<?, ?> map ? "fields are " + String.join(", ", names(map)) : "");
    }
  }

  private static CommandException bad(String text, TemplateException e, String remedy) {
    return new CommandException(
        "bad-template",
        "the template '%s' cannot be used: %s".formatted(text, e.getMessage()),
        "",
        remedy);
  }

  private static List<String> names(Map<?, ?> map) {
    return map.keySet().stream().map(Object::toString).toList();
  }
}
