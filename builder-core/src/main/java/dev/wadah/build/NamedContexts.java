package dev.wadah.build;

import dev.wadah.build.graph.PlanRequest.NamedContext;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code --build-context}. Names are image names: lower case, {@code :latest} left out. */
final class NamedContexts {
  private static final String IMAGE = "docker-image://";
  private static final String LAYOUT = "oci-layout://";
  private static final String TARGET = "target:";
  private static final String LATEST = ":latest";

  private NamedContexts() {}

  /** The contexts by their normal names. */
  static Map<String, NamedContext> of(Map<String, String> given) throws BuildException {
    Map<String, NamedContext> contexts = new HashMap<>();
    List<Diagnostic> errors = new ArrayList<>();
    for (Map.Entry<String, String> entry : given.entrySet()) {
      if (entry.getValue().startsWith(TARGET)) {
        errors.add(noTarget(entry.getKey(), entry.getValue().substring(TARGET.length())));
        continue;
      }
      try {
        contexts.put(normal(entry.getKey()), kind(entry.getValue()));
      } catch (IllegalArgumentException e) {
        errors.add(
            Diagnostic.error(
                "bad-context-name",
                "invalid context name \"%s\": %s".formatted(entry.getKey(), e.getMessage()),
                "the name of a context is that of a stage or an image, in lower case",
                "rename it, in --build-context and in the Dockerfile"));
      }
    }
    if (!errors.isEmpty()) {
      throw new BuildException(errors);
    }
    return contexts;
  }

  private static Diagnostic noTarget(String name, String target) {
    return Diagnostic.error(
        "unknown-context-target",
        "failed to find target \"%s\" for context \"%s\"".formatted(target, name),
        "target: names another target of a bake file, and here one Dockerfile is built by itself",
        "build it first and give %s=docker-image://IMAGE; a stage of the same file needs no context"
            .formatted(name));
  }

  private static NamedContext kind(String value) {
    if (value.startsWith(IMAGE)) {
      return new NamedContext.Image(value.substring(IMAGE.length()));
    }
    return value.startsWith(LAYOUT) ? new NamedContext.Image(value) : new NamedContext.Files();
  }

  private static String normal(String name) {
    String familiar = ImageReference.parse(name).familiar();
    return familiar.endsWith(LATEST)
        ? familiar.substring(0, familiar.length() - LATEST.length())
        : familiar;
  }

  /** The name as it was given for a normal one. */
  static String written(Map<String, String> given, String normal) {
    for (String name : given.keySet()) {
      if (normal(name).equals(normal)) {
        return name;
      }
    }
    throw new IllegalStateException("no context " + normal);
  }
}
