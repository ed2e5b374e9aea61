package dev.wadah.build.cache;

import dev.wadah.build.graph.Definition;
import dev.wadah.build.graph.Ingredient;
import dev.wadah.build.graph.Ingredient.Weight;
import dev.wadah.oci.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a result is found by: the digest of everything that it depends on, with the list of it. See
 * docs/cache-keys.md.
 *
 * @param digest of the ingredients
 * @param ingredients those that count, in order
 */
public record CacheKey(Digest digest, List<Ingredient> ingredients) {
  public CacheKey {
    ingredients = List.copyOf(ingredients);
  }

  /** The key of these ingredients; those that do not count are left out. */
  public static CacheKey of(List<Ingredient> ingredients) {
    List<Ingredient> counting = new ArrayList<>(ingredients.size());
    for (Ingredient ingredient : ingredients) {
      if (ingredient.weight() == Weight.COUNTS) {
        counting.add(ingredient);
      }
    }
    return new CacheKey(Definition.digest(counting, List.of()), counting);
  }

  /** One line per ingredient, name and value. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    for (Ingredient ingredient : ingredients) {
      text.append(ingredient.name()).append(' ').append(Lines.escape(ingredient.value()));
      text.append('\n');
    }
    return text.toString();
  }
}
