package dev.wadah.build.cache;

import dev.wadah.layer.IndexSource;
import dev.wadah.layer.LayerIndex;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Results that others have made; asked for what this machine does not know. A shared cache that is
 * missing or broken is as good as an empty one. Safe for threads.
 */
public interface SharedRecords extends IndexSource {
  /** Nobody shares anything. */
  SharedRecords NONE = new SharedRecords() {};

  /** Whether anybody may share anything. */
  default boolean exist() {
    return false;
  }

  /**
   * The results of a key, the best first: a step that ran on several machines has several.
   *
   * @throws java.io.InterruptedIOException if the thread is interrupted in the wait for them
   */
  default List<Result> find(Digest key) throws IOException {
    return List.of();
  }

  /** Makes a result's layer known to the layer store; false if it cannot be had. */
  default boolean take(Result result) throws IOException {
    return false;
  }

  /**
   * Whether a layer of which this machine knows a record, but no bytes, can still be had from where
   * it was shared. Asks nobody, and goes by what was promised then.
   */
  default boolean has(DiffId layer) throws IOException {
    return false;
  }

  /**
   * The index of a layer that others have read; empty when nobody shares one.
   *
   * @throws java.io.InterruptedIOException if the thread is interrupted in the wait for it
   */
  @Override
  default Optional<LayerIndex> index(DiffId layer) throws IOException {
    return Optional.empty();
  }

  /**
   * A result without the ingredients of its key.
   *
   * @param key under which it is found
   * @param content the content key, by which steps that build on this one know it
   * @param layer the layer that was made
   * @param created when it was made, to the millisecond
   */
  record Result(Digest key, Digest content, DiffId layer, Instant created) {}
}
