/**
 * The {@code wadah} command: one class per command, progress displays, exit codes. Front door:
 * {@code Main.run}, which returns the exit code.
 */
package dev.wadah.cli;
