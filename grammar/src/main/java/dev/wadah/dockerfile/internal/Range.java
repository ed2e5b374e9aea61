package dev.wadah.dockerfile.internal;

/**
 * A stretch of a logical line.
 *
 * @param from offset of the first character
 * @param to offset behind the last one
 */
record Range(int from, int to) {
  boolean isEmpty() {
    return to <= from;
  }
}
