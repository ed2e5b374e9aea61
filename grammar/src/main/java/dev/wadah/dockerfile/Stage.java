package dev.wadah.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * A build stage: a FROM and the instructions up to the next one.
 *
 * @param index position in the file, 0-based
 * @param from its FROM
 * @param instructions the instructions behind FROM, in order
 * @param description the comment that documents the stage, for outlines; empty when there is none
 */
public record Stage(
    int index,
    Instruction.From from,
    List<Instruction> instructions,
    Optional<String> description) {
  public Stage {
    instructions = List.copyOf(instructions);
  }

  /** The name given with AS, in lower case. */
  public Optional<String> name() {
    return from.as().map(w -> w.text().toLowerCase(java.util.Locale.ROOT));
  }
}
