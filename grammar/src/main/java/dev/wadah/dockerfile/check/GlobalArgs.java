package dev.wadah.dockerfile.check;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.Instruction.Arg;
import dev.wadah.dockerfile.Word;
import dev.wadah.dockerfile.expand.ExpansionException;
import dev.wadah.dockerfile.expand.WordExpander;
import dev.wadah.dockerfile.expand.WordExpander.Expansion;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ARGs before the first FROM with their values.
 *
 * @param expander expands the words of the file
 * @param values those that have a value, the predefined ones among them
 * @param declared all names that are known in FROM
 * @param failed whether a default could not be expanded, so that later values are missing
 */
public record GlobalArgs(
    WordExpander expander, Map<String, String> values, Set<String> declared, boolean failed) {

  public GlobalArgs {
    values = Map.copyOf(values);
    declared = Collections.unmodifiableSet(new LinkedHashSet<>(declared));
  }

  /**
   * The values of a file's global ARGs.
   *
   * @param buildArgs the build args of the command line; a predefined arg may be overridden too
   * @param predefined the platform args with their values
   */
  public static GlobalArgs of(
      Dockerfile file,
      WordExpander expander,
      Map<String, String> buildArgs,
      Map<String, String> predefined) {
    Map<String, String> values = new LinkedHashMap<>();
    predefined.forEach((name, value) -> values.put(name, buildArgs.getOrDefault(name, value)));
    Set<String> declared = new LinkedHashSet<>(values.keySet());
    boolean failed = false;
    for (Arg arg : file.globalArgs()) {
      for (Arg.Declaration declaration : arg.declarations()) {
        String name = declaration.name().text();
        declared.add(name);
        String given = buildArgs.get(name);
        if (given != null) {
          values.put(name, given);
        } else if (declaration.defaultValue().isPresent()) {
          failed |= !putDefault(expander, values, name, declaration.defaultValue().get());
        }
      }
    }
    return new GlobalArgs(expander, values, declared, failed);
  }

  private static boolean putDefault(
      WordExpander expander, Map<String, String> values, String name, Word word) {
    try {
      values.put(name, expander.expand(word.text(), values).value());
      return true;
    } catch (ExpansionException e) {
      // The build itself reports this; the checks go on without the value.
      return false;
    }
  }

  /** The value of a word of FROM, or empty when it cannot be expanded. */
  public Optional<String> expand(Word word) {
    return expansion(word).map(Expansion::value);
  }

  /** The expansion of a word of FROM, or empty when it cannot be expanded. */
  public Optional<Expansion> expansion(Word word) {
    try {
      return Optional.of(expander.expand(word.text(), values));
    } catch (ExpansionException e) {
      return Optional.empty();
    }
  }
}
