/**
 * Pure word expansion: quotes, escapes and variables of a {@link dev.wadah.dockerfile.Word} against
 * an environment. Front door: {@link dev.wadah.dockerfile.expand.WordExpander}.
 */
package dev.wadah.dockerfile.expand;
