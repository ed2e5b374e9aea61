package dev.wadah.build.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables at a point of a stage. ENV and ARG share one name space: the later one wins,
 * whichever it is.
 */
final class Env {
  private final Map<String, String> values;

  Env() {
    this.values = new LinkedHashMap<>();
  }

  Env(Env parent) {
    this.values = new LinkedHashMap<>(parent.values);
  }

  /** Sets a variable; it moves to the end, so that the order tells what was set last. */
  void set(String name, String value) {
    values.remove(name);
    values.put(name, value);
  }

  Map<String, String> values() {
    return values;
  }

  /** KEY=value, in the order set. */
  List<String> toList() {
    List<String> list = new ArrayList<>(values.size());
    values.forEach((k, v) -> list.add(k + "=" + v));
    return list;
  }
}
