package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The environment of a container's process. */
final class Variables {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private Variables() {}

  /**
   * Docker's order: PATH, HOSTNAME, TERM; the image's; files; -e. A later one replaces an earlier
   * one in its place.
   */
  static List<String> of(
      Arguments arguments, List<String> image, String hostname, Map<String, String> environment)
      throws IOException, UsageException, CommandException {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", PATH);
    variables.put("HOSTNAME", hostname);
    if (arguments.has("tty")) {
      variables.put("TERM", "xterm");
    }
    image.forEach(text -> put(variables, text));
    for (String file : arguments.values("env-file")) {
      EnvironmentFile.read(Path.of(file), environment).forEach(text -> put(variables, text));
    }
    for (String text : arguments.values("env")) {
      given(variables, text, environment);
    }
    List<String> list = new ArrayList<>();
    variables.forEach((name, value) -> list.add(name + "=" + value));
    return list;
  }

  private static void given(
      Map<String, String> variables, String text, Map<String, String> environment)
      throws UsageException {
    if (text.isEmpty() || text.startsWith("=")) {
      throw new UsageException(
          "invalid variable \"%s\" for --env".formatted(text), "it is NAME or NAME=VALUE", "");
    }
    if (text.indexOf('=') > 0) {
      put(variables, text);
    } else if (environment.containsKey(text)) {
      variables.put(text, environment.get(text));
    } else {
      // As docker: a name that is not set takes the variable away.
      variables.remove(text);
    }
  }

  private static void put(Map<String, String> variables, String text) {
    int equals = text.indexOf('=');
    variables.put(
        equals < 0 ? text : text.substring(0, equals),
        equals < 0 ? "" : text.substring(equals + 1));
  }
}
