/**
 * Prints a Dockerfile back in one style. Front door: {@link dev.wadah.dockerfile.format.Formatter}.
 * What a Dockerfile means never changes: every instruction is read again after it was formatted.
 */
package dev.wadah.dockerfile.format;
