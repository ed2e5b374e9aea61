package dev.wadah.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/maven.md names every parameter of the goal with its property, and no other. */
class DocumentedParametersTest {
  private static final Pattern PARAMETER =
      Pattern.compile("@Parameter(\\([^)]*\\))?\\s+private\\s+[^=;]*?(\\w+)\\s*[=;]");
  private static final Pattern PROPERTY = Pattern.compile("property = \"([^\"]+)\"");
  private static final Pattern NAMES = Pattern.compile("`([^`]+)`");

  @Test
  void everyParameterOfTheGoalIsInItsTable() {
    Path mojo =
        Sources.TOP.resolve("builder-maven-plugin/src/main/java/dev/wadah/maven/BuildMojo.java");
    List<String> declared = new ArrayList<>();
    Matcher matcher = PARAMETER.matcher(String.join("\n", Sources.lines(mojo)));
    while (matcher.find()) {
      Matcher property = PROPERTY.matcher(matcher.group(1) == null ? "" : matcher.group(1));
      declared.add(matcher.group(2) + (property.find() ? " " + property.group(1) : ""));
    }
    assertThat(declared).hasSizeGreaterThan(15).hasSameElementsAs(documented());
  }

  private static List<String> documented() {
    List<String> rows = new ArrayList<>();
    for (String line : Sources.lines(Sources.TOP.resolve("docs/maven.md"))) {
      String[] cells = line.split("\\|", -1);
      if (cells.length > 3) {
        List<String> names = names(cells[1]);
        List<String> properties = names(cells[2]);
        for (int i = 0; i < names.size(); i++) {
          boolean set = i < properties.size() && properties.get(i).startsWith("wadah.");
          rows.add(names.get(i) + (set ? " " + properties.get(i) : ""));
        }
      }
    }
    return rows;
  }

  private static List<String> names(String cell) {
    return NAMES.matcher(cell).results().map(found -> found.group(1)).toList();
  }
}
