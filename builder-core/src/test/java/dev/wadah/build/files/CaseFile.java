package dev.wadah.build.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads a file of cases: {@code === name}, then sections {@code heading:} with their lines. */
record CaseFile(String name, Map<String, String> sections) {

  static List<CaseFile> read(String file) {
    Path path = Path.of(System.getProperty("wadah.testdata")).resolve(file);
    List<CaseFile> cases = new ArrayList<>();
    try {
      String heading = "";
      for (String line : Files.readAllLines(path)) {
        if (line.startsWith("=== ")) {
          cases.add(new CaseFile(line.substring(4), new LinkedHashMap<>()));
        } else if (line.matches("[a-z]+:")) {
          heading = line.substring(0, line.length() - 1);
          cases.get(cases.size() - 1).sections.put(heading, "");
        } else if (!cases.isEmpty() && !line.isBlank()) {
          cases.get(cases.size() - 1).sections.merge(heading, line.strip() + "\n", String::concat);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return cases;
  }

  String section(String heading) {
    return sections.getOrDefault(heading, "");
  }

  @Override
  public String toString() {
    return name;
  }
}
