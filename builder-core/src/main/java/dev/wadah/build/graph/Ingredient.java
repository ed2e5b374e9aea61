package dev.wadah.build.graph;

/**
 * One fact that the definition of an op consists of.
 *
 * @param name what it is, such as {@code argument}
 * @param value its value; content of files is given by its digest
 * @param weight whether it decides over the cache
 */
public record Ingredient(String name, String value, Weight weight) {

  /** Whether an ingredient decides over the cache. */
  public enum Weight {
    COUNTS,
    /** Part of the definition, but another value gives the same result as far as users care. */
    IGNORED
  }

  /** An ingredient that counts. */
  public static Ingredient counts(String name, String value) {
    return new Ingredient(name, value, Weight.COUNTS);
  }

  /** An ingredient that does not. */
  public static Ingredient ignored(String name, String value) {
    return new Ingredient(name, value, Weight.IGNORED);
  }
}
