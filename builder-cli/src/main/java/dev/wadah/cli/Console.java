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
 */
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    String terminals) {
  public Console {
    environment = Map.copyOf(environment);
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
