package dev.wadah.build;

import dev.wadah.build.graph.Definition;
import dev.wadah.build.graph.Ingredient;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.oci.Platform;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prints graphs for people: a number for each vertex, its name, its inputs, and what is asked. */
final class GraphText {
  private final StringBuilder text = new StringBuilder();
  private final Map<Vertex, Integer> numbers = new HashMap<>();

  private GraphText() {}

  static String of(Map<Platform, InstructionGraph> graphs, Builder.Printed what) {
    GraphText printer = new GraphText();
    graphs.forEach((platform, graph) -> printer.graph(platform, graph, what));
    return printer.text.toString();
  }

  private void graph(Platform platform, InstructionGraph graph, Builder.Printed what) {
    text.append("platform ").append(platform).append('\n');
    for (Vertex vertex : graph.vertices()) {
      boolean isNew = !numbers.containsKey(vertex);
      int number = numbers.computeIfAbsent(vertex, v -> numbers.size() + 1);
      boolean wanted = what != Builder.Printed.SPEC || vertex.op() instanceof Op.Exec;
      if (isNew && wanted) {
        vertex(number, vertex);
        if (what != Builder.Printed.GRAPH) {
          ingredients(Definition.ingredients(vertex.op()), what);
        }
      }
    }
    text.append("target #").append(numbers.get(graph.target())).append('\n');
  }

  private void vertex(int number, Vertex vertex) {
    text.append('#').append(number).append(' ').append(vertex.caption().name());
    for (Vertex input : vertex.inputs()) {
      text.append(" <- #").append(numbers.get(input));
    }
    text.append('\n');
  }

  private void ingredients(List<Ingredient> ingredients, Builder.Printed what) {
    for (Ingredient ingredient : ingredients) {
      // A spec tells all; keys leave out what does not decide.
      boolean counts = ingredient.weight() == Ingredient.Weight.COUNTS;
      if (counts || what == Builder.Printed.SPEC) {
        text.append("    ").append(ingredient.name()).append(": ");
        text.append(ingredient.value().replace("\n", "\\n")).append('\n');
      }
    }
  }
}
