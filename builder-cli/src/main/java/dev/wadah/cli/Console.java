package dev.wadah.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * The world outside of a command.
 *
 * @param in standard input
 * @param out standard output: only what was asked for goes there
 * @param err standard error: progress, warnings, errors
 * @param environment the variables of the environment
 * @param terminals the numbers of those descriptors among 0, 1, 2 that are terminals: {@code 012},
 *     {@code 2}, or nothing
 * @param streams whether in, out and err are this process's own descriptors
 */
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    String terminals,
    Streams streams) {
  public Console {
    environment = Map.copyOf(environment);
  }

  /** What the three streams are. */
  public enum Streams {
    /** Descriptors 0, 1 and 2: a child may have them. */
    OWN,
    /** Something in memory: what a child writes has to be copied. */
    CAPTURED
  }

  /** Whether standard input is a terminal. */
  public boolean isInputTerminal() {
    return terminals.indexOf('0') >= 0;
  }

  /** Whether standard output is a terminal. */
  public boolean isOutputTerminal() {
    return terminals.indexOf('1') >= 0;
  }

  /** Whether standard error is a terminal. */
  public boolean isErrorTerminal() {
    return terminals.indexOf('2') >= 0;
  }
}
