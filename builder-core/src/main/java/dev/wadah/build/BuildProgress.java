package dev.wadah.build;

import dev.wadah.oci.Digest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Hears what a build does. Called from several threads; never throws. */
public interface BuildProgress {
  /** A listener that ignores everything. */
  BuildProgress NONE = new BuildProgress() {};

  /** Vertices that this build will visit, in the order of the file. */
  default void planned(List<VertexName> vertices) {}

  /** A vertex has begun. */
  default void started(VertexName vertex) {}

  /** Output of a vertex; {@code stream} is 1 or 2. */
  default void output(VertexName vertex, int stream, byte[] bytes) {}

  /** Work on something that has a size, such as a download; {@code total} is 0 when unknown. */
  default void transferred(VertexName vertex, String what, long done, long total) {}

  /**
   * Files that a vertex has looked at until now, and bytes that it has read of them, to find out
   * whether they have changed; told where that takes long.
   */
  default void reading(VertexName vertex, long files, long bytes) {}

  /** The last of what {@link #reading} told. */
  default void read(VertexName vertex, long files, long bytes) {}

  /**
   * Why a vertex is not taken from the cache, on one line; only when the request asks for that,
   * before the vertex does its work.
   */
  default void explained(VertexName vertex, String why) {}

  /** A vertex has ended. */
  default void finished(
      VertexName vertex, Outcome outcome, Duration duration, Optional<String> error) {}

  /**
   * What a user calls a vertex.
   *
   * @param digest identity, for rawjson
   * @param name such as {@code [build 2/4] RUN make}
   * @param inputs digests of the vertices it needs
   */
  record VertexName(Digest digest, String name, List<Digest> inputs) {
    public VertexName {
      inputs = List.copyOf(inputs);
    }
  }

  /** How a vertex ended. */
  enum Outcome {
    DONE,
    CACHED,
    FAILED,
    CANCELLED
  }
}
