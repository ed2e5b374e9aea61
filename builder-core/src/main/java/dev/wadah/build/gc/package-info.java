/**
 * Counts what the store holds, and removes what is not needed any more. Front door: {@link
 * dev.wadah.build.gc.Collector}. Knows every room of the store; none of them knows it. See
 * docs/adr/0006.
 */
package dev.wadah.build.gc;
