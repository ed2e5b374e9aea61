package dev.wadah.maven;

import java.util.LinkedHashMap;
import java.util.Map;

/** A {@code <cache>} that several machines share. Maven sets the fields. */
public final class Cache {
  /** {@code registry}, {@code local}, or (to write) {@code inline}. */
  String type;

  /** The others, as docs/shared-cache.md has them: {@code ref}, {@code mode}, {@code dest}. */
  Map<String, String> attributes = new LinkedHashMap<>();
}
