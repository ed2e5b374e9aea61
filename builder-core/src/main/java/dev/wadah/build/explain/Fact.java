package dev.wadah.build.explain;

import dev.wadah.build.graph.Ingredient;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An ingredient of a key as it is remembered. Values of variables and whatever may have come from
 * one stand there as hashes: enough to see that they are others.
 *
 * @param name of the ingredient; of a variable {@code env} and its name with a blank between
 * @param value as it is where nobody can have put a secret, else a hash
 */
record Fact(String name, String value) {
  static final String VARIABLE = "env ";

  /** Names whose values are made by us, out of few words, numbers, or digests. */
  private static final Set<String> HARMLESS =
      Set.of(
          "op",
          "placement",
          "network",
          "insecure",
          "writable",
          "keep-owner",
          "parents",
          "unpack",
          "fixed-mode",
          "root",
          "input",
          "files");

  private static final int HASH_DIGITS = 16;

  /** The facts of a key. */
  static List<Fact> of(List<Ingredient> ingredients) {
    List<Fact> facts = new ArrayList<>(ingredients.size());
    for (Ingredient ingredient : ingredients) {
      facts.add(of(ingredient.name(), ingredient.value()));
    }
    return facts;
  }

  private static Fact of(String name, String value) {
    if (HARMLESS.contains(name)) {
      return new Fact(name, value);
    }
    if (name.equals("env")) {
      int equals = value.indexOf('=');
      String variable = equals < 0 ? value : value.substring(0, equals);
      return new Fact(VARIABLE + variable, hash(value));
    }
    return new Fact(name, hash(value));
  }

  private static String hash(String value) {
    return Digest.of(value.getBytes(StandardCharsets.UTF_8)).hex().substring(0, HASH_DIGITS);
  }
}
