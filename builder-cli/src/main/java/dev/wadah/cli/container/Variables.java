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

/** What flags say of the environment of a container's process. */
final class Variables {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final boolean tty;

  /** In the order given; a name without a value takes the variable away. */
  private final List<String> given = new ArrayList<>();

  private Variables(boolean tty) {
    this.tty = tty;
  }

  /** Reads {@code --env-file} and {@code --env}. */
  static Variables read(Arguments arguments, Map<String, String> environment)
      throws IOException, UsageException, CommandException {
    Variables variables = new Variables(arguments.has("tty"));
    for (String file : arguments.values("env-file")) {
      variables.given.addAll(EnvironmentFile.read(Path.of(file), environment));
    }
    for (String text : arguments.values("env")) {
      variables.given.add(given(text, environment));
    }
    return variables;
  }

  /**
   * The environment over an image's. Docker's order: PATH, HOSTNAME, TERM; the image's; files; -e.
   * A later one replaces an earlier one in its place.
   */
  List<String> over(List<String> image, String hostname) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", PATH);
    variables.put("HOSTNAME", hostname);
    if (tty) {
      variables.put("TERM", "xterm");
    }
    image.forEach(text -> put(variables, text));
    for (String text : given) {
      if (text.indexOf('=') > 0) {
        put(variables, text);
      } else {
        variables.remove(text);
      }
    }
    List<String> list = new ArrayList<>();
    variables.forEach((name, value) -> list.add(name + "=" + value));
    return list;
  }

  /** As docker: a name alone takes the environment's value, and if there is none, goes. */
  private static String given(String text, Map<String, String> environment) throws UsageException {
    if (text.isEmpty() || text.startsWith("=")) {
      throw new UsageException(
          "invalid variable \"%s\" for --env".formatted(text), "it is NAME or NAME=VALUE", "");
    }
    boolean named = text.indexOf('=') < 0 && environment.containsKey(text);
    return named ? text + "=" + environment.get(text) : text;
  }

  private static void put(Map<String, String> variables, String text) {
    int equals = text.indexOf('=');
    variables.put(
        equals < 0 ? text : text.substring(0, equals),
        equals < 0 ? "" : text.substring(equals + 1));
  }
}
