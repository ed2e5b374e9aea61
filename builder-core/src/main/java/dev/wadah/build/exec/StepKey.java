package dev.wadah.build.exec;

import dev.wadah.build.cache.CacheKey;
import dev.wadah.build.files.FilesKey;
import dev.wadah.build.graph.Ingredient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A key in its two forms: this machine's own, which tells all modes of context files apart, and the
 * one for records that are shared, which is the same whatever the umask of a checkout. Without
 * files of a context both are one. Safe for threads.
 */
final class StepKey {
  private final List<Ingredient> ingredients;
  private final List<ContextFiles> files;
  private final ContextModes modes;
  private final CacheKey own;
  private CacheKey shared;

  /**
   * An ingredient with two forms.
   *
   * @param index its place among the ingredients, from 0
   */
  record ContextFiles(int index, VertexResult.Context context, FilesKey key) {}

  /**
   * A key.
   *
   * @param ingredients of this machine's own form
   * @param files the ingredients that have another one
   */
  StepKey(List<Ingredient> ingredients, List<ContextFiles> files, ContextModes modes) {
    this.ingredients = List.copyOf(ingredients);
    this.files = List.copyOf(files);
    this.modes = modes;
    this.own = CacheKey.of(ingredients);
  }

  /** The form for this machine's records. */
  CacheKey own() {
    return own;
  }

  /** The form for records of several machines. */
  synchronized CacheKey shared() throws IOException {
    if (shared == null) {
      List<Ingredient> common = new ArrayList<>(ingredients);
      for (ContextFiles some : files) {
        String digest = some.key().portable(modes.of(some.context())).toString();
        common.set(some.index(), Ingredient.counts(ingredients.get(some.index()).name(), digest));
      }
      shared = files.isEmpty() ? own : CacheKey.of(common);
    }
    return shared;
  }

  /** The same step with other roots: from names of roots, as they are in the key, to others. */
  StepKey on(Map<String, String> roots) {
    List<Ingredient> changed = new ArrayList<>(ingredients.size());
    for (Ingredient ingredient : ingredients) {
      boolean isRoot = ingredient.name().equals("root") || ingredient.name().equals("input");
      String name = isRoot ? roots.get(ingredient.value()) : null;
      changed.add(name == null ? ingredient : Ingredient.counts(ingredient.name(), name));
    }
    return new StepKey(changed, files, modes);
  }
}
