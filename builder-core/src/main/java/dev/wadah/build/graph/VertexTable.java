package dev.wadah.build.graph;

import dev.wadah.oci.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes vertices, each once: equal ones of several stages or platforms are the same object. */
public final class VertexTable {
  private final Map<Digest, Vertex> vertices = new LinkedHashMap<>();

  /** The vertex with this op and these inputs; the first caption stays. */
  Vertex vertex(Op op, List<Vertex> inputs, Vertex.Caption caption, Vertex.Reuse reuse) {
    List<Ingredient> ingredients = new ArrayList<>(Definition.ingredients(op));
    ingredients.add(Ingredient.ignored("reuse", reuse.name()));
    if (op instanceof Op.Image image) {
      ingredients.add(Ingredient.ignored("reference", image.reference()));
    }
    List<Digest> digests = new ArrayList<>(inputs.size());
    for (Vertex input : inputs) {
      digests.add(input.digest());
    }
    Digest digest = Definition.digest(ingredients, digests);
    return vertices.computeIfAbsent(digest, d -> new Vertex(d, op, inputs, caption, reuse));
  }

  /** Every vertex so far, inputs before what needs them. */
  Collection<Vertex> all() {
    return vertices.values();
  }
}
