package dev.wadah.build.graph;

import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.ImageConfig.History;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Prints a graph and its config for goldens. */
final class PlanText {
  private final StringBuilder out = new StringBuilder();

  static String of(InstructionGraph graph) {
    PlanText text = new PlanText();
    text.vertices(graph);
    text.config(graph.image());
    return text.out.toString();
  }

  private void vertices(InstructionGraph graph) {
    Map<Vertex, Integer> numbers = new HashMap<>();
    for (Vertex vertex : graph.vertices()) {
      int number = numbers.size() + 1;
      numbers.put(vertex, number);
      out.append('#').append(number).append(' ').append(vertex.caption().name());
      vertex.inputs().forEach(i -> out.append(" <- #").append(numbers.get(i)));
      out.append('\n');
      for (Ingredient i : Definition.ingredients(vertex.op())) {
        out.append(i.weight() == Ingredient.Weight.COUNTS ? "    " : "  ~ ");
        out.append(i.name()).append(": ").append(i.value().replace("\n", "\\n")).append('\n');
      }
    }
    out.append("target #").append(numbers.get(graph.target())).append('\n');
  }

  private void config(InstructionGraph.PlannedImage image) {
    ContainerConfig config = image.container();
    line("platform", image.platform());
    image.author().ifPresent(a -> line("author", a));
    config.process().entrypoint().ifPresent(e -> line("entrypoint", e));
    config.process().cmd().ifPresent(c -> line("cmd", c));
    config.process().shell().ifPresent(s -> line("shell", s));
    config.env().forEach(e -> line("env", e));
    line("user", config.user());
    line("directory", config.workingDir());
    new TreeMap<>(config.labels()).forEach((k, v) -> line("label", k + "=" + v));
    config.volumes().forEach(v -> line("volume", v));
    config.exposedPorts().forEach(p -> line("port", p));
    config.lifecycle().stopSignal().ifPresent(s -> line("stop", s));
    config.lifecycle().healthcheck().ifPresent(h -> line("health", h));
    config.lifecycle().onBuild().forEach(t -> line("trigger", t));
    for (History entry : image.history()) {
      line(entry.emptyLayer() ? "history (no layer)" : "history", entry.createdBy());
    }
  }

  private void line(String name, Object value) {
    out.append(name).append(": ").append(value.toString().replace("\n", "\\n")).append('\n');
  }
}
