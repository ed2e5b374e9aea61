package dev.wadah.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of testdata/registry/faults: what is asked of a registry, how it answers, what must come
 * of it. The README there describes the form.
 *
 * @param settings by key, each with its values in order
 * @param replies in order; the first that fits a request is given
 */
record Scenario(String name, Map<String, List<String>> settings, List<Answer> replies) {

  /**
   * An answer.
   *
   * @param request method and path
   * @param number which such request this is for, from 1; 0 for any
   * @param head status line and headers
   * @param body lines: text, or orders that begin with an at sign
   */
  record Answer(String request, int number, List<String> head, List<String> body) {}

  static Scenario read(Path file) throws IOException {
    String[] parts = Files.readString(file).split("\n---\n", -1);
    Map<String, List<String>> settings = new LinkedHashMap<>();
    for (String line : parts[0].lines().filter(l -> !l.isBlank()).toList()) {
      int colon = line.indexOf(": ");
      settings
          .computeIfAbsent(line.substring(0, colon), key -> new ArrayList<>())
          .add(line.substring(colon + 2));
    }
    List<Answer> replies = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      replies.add(answer(parts[i]));
    }
    String name = file.getFileName().toString().replace(".txt", "");
    return new Scenario(name, settings, replies);
  }

  private static Answer answer(String text) {
    List<String> lines = text.lines().toList();
    String request = lines.get(0);
    int number = 0;
    int hash = request.indexOf(" #");
    if (hash > 0) {
      number = Integer.parseInt(request.substring(hash + 2));
      request = request.substring(0, hash);
    }
    int empty = lines.indexOf("");
    int end = empty < 0 ? lines.size() : empty;
    return new Answer(
        request,
        number,
        lines.subList(1, end),
        empty < 0 ? List.of() : lines.subList(end + 1, lines.size()));
  }

  List<String> all(String key) {
    return settings.getOrDefault(key, List.of());
  }

  String one(String key, String otherwise) {
    return all(key).isEmpty() ? otherwise : all(key).get(0);
  }

  @Override
  public String toString() {
    return name;
  }
}
