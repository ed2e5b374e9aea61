package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.Instruction.Mount;
import dev.wadah.dockerfile.Instruction.MountOption;
import dev.wadah.dockerfile.Instruction.MountType;
import dev.wadah.dockerfile.Suggestions;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One {@code RUN --mount}. Values that hold a variable are not judged here: they are known only
 * when the build runs.
 */
final class MountBuilder {
  private static final List<String> TYPES = List.of("bind", "cache", "tmpfs", "secret", "ssh");
  private static final List<String> SHARING = List.of("shared", "private", "locked");
  private static final List<String> KEYS =
      List.of(
          "type",
          "from",
          "source",
          "target",
          "readonly",
          "id",
          "sharing",
          "required",
          "size",
          "mode",
          "uid",
          "gid",
          "src",
          "dst",
          "destination",
          "ro",
          "rw",
          "readwrite",
          "env");
  private static final long MAX_ID = 0xFFFF_FFFFL;

  private final Draft draft;
  private final Word word;
  private final List<MountOption> options = new ArrayList<>();
  private MountType type = MountType.BIND;
  private boolean typeIsVariable;

  MountBuilder(Draft draft, Word word) {
    this.draft = draft;
    this.word = word;
  }

  Mount build() {
    List<String> fields = draft.reader().fields(word.text());
    if (fields == null) {
      malformed(draft, "mount", word);
      fields = List.of();
    }
    for (String field : fields) {
      int equals = field.indexOf('=');
      if (equals < 0) {
        bare(field);
      } else {
        option(
            field,
            field.substring(0, equals).toLowerCase(Locale.ROOT),
            field.substring(equals + 1));
      }
    }
    if (!typeIsVariable) {
      checkTogether();
    }
    return new Mount(type, options, word.span());
  }

  static void malformed(Draft draft, String flag, Word word) {
    draft.error(
        flag + "-malformed",
        "--" + flag + " holds a malformed list " + Quoting.quote(word.text()),
        word.span(),
        "fields are parted by commas; a double quote may only surround a whole field",
        "remove the quotes or escape them");
  }

  private void bare(String field) {
    switch (field.toLowerCase(Locale.ROOT)) {
      case "readonly", "ro" -> add("readonly", "true");
      case "readwrite", "rw" -> add("readonly", "false");
      case "required" -> required("true");
      default ->
          wrong(
              "invalid field " + Quoting.quote(field) + ", must be a key=value pair",
              Suggestions.nearest(field, KEYS)
                  .map(n -> "did you mean " + n + "?")
                  .orElse("write it as key=value"));
    }
  }

  private void option(String field, String key, String value) {
    switch (key) {
      case "type" -> type(value);
      case "from" -> from(value);
      case "source", "src" -> add("source", value);
      case "target", "dst", "destination" -> add("target", value);
      case "readonly", "ro", "readwrite", "rw" -> readOnly(key, value);
      case "required" -> required(value);
      case "sharing" -> oneOf(key, value, SHARING);
      case "mode", "uid", "gid" -> number(key, value, key.equals("mode") ? 8 : 10);
      case "id", "size", "env" -> add(key, value);
      default ->
          wrong(
              "unexpected key " + Quoting.quote(key) + " in " + Quoting.quote(field),
              Suggestions.nearest(key, KEYS)
                  .map(n -> "did you mean " + n + "?")
                  .orElse("remove the field"));
    }
  }

  private void type(String value) {
    add("type", value);
    typeIsVariable = isVariable(value);
    if (typeIsVariable) {
      return;
    }
    String literal = literal(value).toLowerCase(Locale.ROOT);
    if (TYPES.contains(literal)) {
      type = MountType.valueOf(literal.toUpperCase(Locale.ROOT));
    } else {
      wrong(
          "unsupported mount type " + Quoting.quote(value),
          Suggestions.nearest(literal, TYPES)
              .map(n -> "did you mean type=" + n + "?")
              .orElse("known types are " + String.join(", ", TYPES)));
    }
  }

  private void from(String value) {
    add("from", value);
    int dollar = value.indexOf('$');
    if (dollar >= 0 && dollar + 1 < value.length()) {
      wrong(
          "from does not support variable expansion: " + Quoting.quote(value),
          "define a stage with FROM and a global ARG, and name that stage");
    }
  }

  private void readOnly(String key, String value) {
    boolean inverted = key.equals("readwrite") || key.equals("rw");
    if (isVariable(value)) {
      add(inverted ? "readwrite" : "readonly", value);
      return;
    }
    String literal = literal(value);
    if (!RunBuilder.isBoolean(literal)) {
      invalid(key, value, "write " + key + "=true or " + key + "=false");
    }
    add("readonly", RunBuilder.isTrue(literal) == inverted ? "false" : "true");
  }

  private void required(String value) {
    add("required", value);
    if (!isVariable(value) && !RunBuilder.isBoolean(literal(value))) {
      invalid("required", value, "write required=true or required=false");
    }
  }

  private void oneOf(String key, String value, List<String> known) {
    add(key, value);
    String literal = literal(value).toLowerCase(Locale.ROOT);
    if (!isVariable(value) && !known.contains(literal)) {
      wrong(
          "unsupported " + key + " value " + Quoting.quote(value),
          Suggestions.nearest(literal, known)
              .map(n -> "did you mean " + key + "=" + n + "?")
              .orElse("known values are " + String.join(", ", known)));
    }
  }

  private void number(String key, String value, int radix) {
    add(key, value);
    if (!isVariable(value) && !isNumber(literal(value), radix)) {
      invalid(key, value, radix == 8 ? "write an octal mode, such as mode=0440" : "write a number");
    }
  }

  private static boolean isNumber(String value, int radix) {
    if (value.isEmpty() || value.length() > 32) {
      return false;
    }
    long number = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit >= radix) {
        return false;
      }
      number = Math.min(number * radix + digit, MAX_ID + 1);
    }
    return number <= MAX_ID;
  }

  private void checkTogether() {
    boolean hasOwner = type == MountType.SECRET || type == MountType.SSH || type == MountType.CACHE;
    for (MountOption option : options) {
      String key = option.key();
      boolean owner = key.equals("mode") || key.equals("uid") || key.equals("gid");
      boolean required =
          key.equals("required") && type != MountType.SECRET && type != MountType.SSH;
      boolean sharing = key.equals("sharing") && type != MountType.CACHE;
      if ((owner && !hasOwner) || required || sharing) {
        wrong(
            key + " is not allowed for mount type \"" + typeName() + "\"",
            "remove " + key + ", or change the type");
      }
    }
    if (type == MountType.SECRET) {
      checkSecret();
    }
  }

  private void checkSecret() {
    boolean source = has("source");
    if (has("from")) {
      wrong("a secret mount has no from", "remove from");
    }
    if (!source && !has("target") && !has("id")) {
      wrong("a secret mount needs an id, a source or a target", "add id=NAME");
    }
    if (source && has("id")) {
      wrong("a secret mount cannot have both source and id", "remove source");
    }
  }

  private boolean has(String key) {
    for (MountOption option : options) {
      if (option.key().equals(key) && !option.value().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private String typeName() {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private void add(String key, String value) {
    options.add(new MountOption(key, value));
  }

  private static boolean isVariable(String value) {
    return value.indexOf('$') >= 0;
  }

  private String literal(String value) {
    try {
      return WordExpander.withEscape(draft.escape()).expand(value, Map.of()).value();
    } catch (ExpansionException e) {
      return value;
    }
  }

  private void invalid(String key, String value, String remedy) {
    wrong("invalid value " + Quoting.quote(value) + " for " + key, remedy);
  }

  private void wrong(String message, String remedy) {
    draft.error("mount-invalid", message, word.span(), "in --mount=" + word.text(), remedy);
  }
}
