/**
 * The {@code wadah} command. Front door: {@link dev.wadah.cli.Main#run}, which returns the exit
 * code. This package finds the command and parses its flags; the commands are in the packages
 * below, one class each.
 */
package dev.wadah.cli;
