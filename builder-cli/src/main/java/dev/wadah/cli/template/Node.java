package dev.wadah.cli.template;

import java.util.List;
import java.util.Optional;

/** A piece of a template. */
sealed interface Node {
  /** Text that is printed as it is. */
  record Text(String text) implements Node {}

  /** A value that is printed. */
  record Print(Pipeline value) implements Node {}

  /** A variable that is set; {@code declares} tells := from =. */
  record SetVariable(String name, Pipeline value, boolean declares) implements Node {}

  /**
   * One branch or the other.
   *
   * @param condition what is asked
   * @param bindsDot whether the dot becomes the value (with), or stays (if)
   */
  record Branch(
      Pipeline condition,
      boolean bindsDot,
      Optional<String> variable,
      List<Node> then,
      List<Node> otherwise)
      implements Node {}

  /** A body for every element. */
  record Range(
      Pipeline list,
      Optional<String> index,
      Optional<String> element,
      List<Node> body,
      List<Node> otherwise)
      implements Node {}

  /** Leaves a loop, or goes on with its next element. */
  record Jump(boolean leaves) implements Node {}

  /** Commands, each of which gets the value of the one before as its last argument. */
  record Pipeline(List<Call> calls) {}

  /** A function or operand with arguments. */
  record Call(List<Operand> words) {}

  /** A value. */
  sealed interface Operand {
    /** A string, number, boolean or null. */
    record Constant(Object value) implements Operand {}

    /** A function's name. */
    record Function(String name) implements Operand {}

    /** Fields of the dot, of a variable or of a pipeline. */
    record Fields(Source source, List<String> names) implements Operand {}
  }

  /** Where fields are looked up. */
  sealed interface Source {
    /** The dot. */
    record Dot() implements Source {}

    /** A variable, with its dollar sign; {@code $} is the root. */
    record Variable(String name) implements Source {}

    /** A pipeline in parentheses. */
    record Nested(Pipeline pipeline) implements Source {}
  }
}
