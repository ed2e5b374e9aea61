package dev.wadah.cli.template;

import dev.wadah.cli.Absent;
import dev.wadah.cli.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates over one document; testdata/cli/templates has a line per template and per result. */
class TemplateTest {
  private static final Map<String, Object> DOCUMENT = document();

  private static Map<String, Object> document() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("Env", List.of("PATH=/bin:/usr/bin", "A=b c"));
    config.put("Cmd", Absent.LIST);
    config.put("Labels", new TreeMap<>(Map.of("com.example.b", "two", "com.example.a", "one")));
    config.put("Volumes", Absent.MAP);
    config.put("User", "");
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("Id", "sha256:0123456789abcdef");
    document.put("Size", 12345L);
    document.put("Ratio", 1.5);
    document.put("Running", true);
    document.put("Config", config);
    document.put("Ports", Arrays.asList("80/tcp", "443/tcp"));
    document.put("Text", "a<b & \"c\"\té\n");
    document.put("Nothing", null);
    return document;
  }

  @ParameterizedTest
  @ValueSource(strings = {"good", "bad"})
  void givesWhatTheFileSaysForEveryTemplate(String name) throws IOException {
    Path file =
        Golden.files("templates", ".txt").stream()
            .filter(f -> f.endsWith(name + ".txt"))
            .findFirst()
            .orElseThrow();
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("> ")) {
        lines.add(line);
        lines.add("= " + result(line.substring(2)).replace("\n", "\\n"));
      } else if (!line.startsWith("= ") && !line.equals("=")) {
        lines.add(line);
      }
    }
    Golden.check(file, String.join("\n", lines) + "\n");
  }

  private static String result(String template) {
    try {
      return "[" + Template.parse(template).apply(DOCUMENT) + "]";
    } catch (TemplateException e) {
      return "error: " + e.getMessage();
    }
  }

  @Test
  void parsesDeepNestingWithoutFailing() throws TemplateException {
    String deep = "{{if .Running}}".repeat(500) + "x" + "{{end}}".repeat(500);
    org.assertj.core.api.Assertions.assertThat(Template.parse(deep).apply(DOCUMENT)).isEqualTo("x");
  }
}
