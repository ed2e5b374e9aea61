package dev.wadah.profile;

import java.util.Locale;

/** What the time was spent on. */
public enum Phase {
  /** From the start of the process to the start of the build: the JVM and the command line. */
  START,
  /** Opening the context and reading the Dockerfile. */
  OPEN,
  /** Parsing the Dockerfile. */
  PARSE,
  /** Planning: base images' configs, the graph, the build checks. */
  PLAN,
  /** Walking the context and hashing what a step takes of it. */
  CONTEXT,
  /** Asking the cache. */
  LOOKUP,
  /** Waiting for another build that makes the same layer. */
  WAIT,
  /** Fetching an image's parts from a registry, or an ADD's source. */
  PULL,
  /** Unpacking a layer into a tree. */
  UNPACK,
  /** What a RUN needs, up to the start of its program: its root, mounts, namespaces, cgroups. */
  MOUNT,
  /** The program of a RUN. */
  RUN,
  /** Finding what a RUN changed. */
  DIFF,
  /**
   * Computing a layer's digest. Runs within {@link #WRITE}, where a layer is written in one pass.
   */
  HASH,
  /** Writing a layer and its record. */
  WRITE,
  /** Writing the result where the outputs ask for it. */
  EXPORT;

  /** The name in documents. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
