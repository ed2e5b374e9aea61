package dev.wadah.maven;

import java.util.LinkedHashMap;
import java.util.Map;

/** An {@code <output>}: where a result goes. Maven sets the fields. */
public final class Output {
  /** {@code image}, {@code registry}, {@code oci}, {@code docker}, {@code tar} or {@code local}. */
  String type;

  /** File or folder; not for image and registry. */
  String destination;

  /** Further settings, such as {@code compression}. */
  Map<String, String> attributes = new LinkedHashMap<>();
}
