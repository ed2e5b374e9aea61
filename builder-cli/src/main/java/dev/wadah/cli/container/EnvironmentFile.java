package dev.wadah.cli.container;

import dev.wadah.cli.CommandException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code --env-file} as docker does: a variable per line, nothing is unquoted, blanks before
 * the name are dropped, lines that begin with # are comments, a name alone takes the environment's
 * value or is left out.
 */
final class EnvironmentFile {
  private EnvironmentFile() {}

  static List<String> read(Path file, Map<String, String> environment)
      throws IOException, CommandException {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(java.nio.ByteBuffer.wrap(Files.readAllBytes(file)))
              .toString();
    } catch (CharacterCodingException e) {
      throw bad(file, 0, "it is not UTF-8");
    }
    List<String> variables = new ArrayList<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String plain = number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line;
      plain = plain.endsWith("\r") ? plain.substring(0, plain.length() - 1) : plain;
      plain = plain.stripLeading();
      if (!plain.isEmpty() && !plain.startsWith("#")) {
        add(variables, plain, environment, file, number);
      }
    }
    return variables;
  }

  private static void add(
      List<String> variables, String line, Map<String, String> environment, Path file, int number)
      throws CommandException {
    int equals = line.indexOf('=');
    String name = equals < 0 ? line : line.substring(0, equals);
    if (name.isEmpty()) {
      throw bad(file, number, "\"%s\" has no name".formatted(line));
    }
    if (name.chars().anyMatch(Character::isWhitespace)) {
      throw bad(file, number, "the name \"%s\" holds a blank".formatted(name));
    }
    if (equals >= 0) {
      variables.add(line);
    } else if (environment.containsKey(name)) {
      variables.add(name + "=" + environment.get(name));
    }
  }

  private static CommandException bad(Path file, int line, String why) {
    String where = line == 0 ? file.toString() : file + ":" + line;
    return new CommandException(
        "bad-env-file", "%s: %s".formatted(where, why), "each line is NAME=VALUE", "");
  }
}
