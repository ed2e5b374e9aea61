package dev.wadah.cli;

/**
 * A list or map that is not set: {@code null} in JSON, but empty for templates, as Go's nil slices
 * and maps are.
 */
public enum Absent {
  LIST,
  MAP
}
