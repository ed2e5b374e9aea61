package dev.wadah.build.exec;

import dev.wadah.build.context.BuildContext;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a vertex gives to those that need it. */
public sealed interface VertexResult {

  /**
   * A root file system.
   *
   * @param key what it depends on and which layers came out; two roots with one key are the same
   * @param layers its layers
   * @param listing the lists of files by which the base's layers may be looked at unread ({@link
   *     dev.wadah.layer.Listings})
   * @param created when each layer was made that this build or an earlier one put on the base
   */
  record Root(Digest key, LayerStack layers, Optional<Digest> listing, List<Instant> created)
      implements VertexResult {
    public Root {
      created = List.copyOf(created);
    }
  }

  /**
   * Files of a build context; known by the content of those that are asked for.
   *
   * @param name of a named context; empty for the main one
   */
  record Context(String name, BuildContext files) implements VertexResult {}

  /**
   * Something fetched.
   *
   * @param key of its content
   */
  record Fetched(Digest key, FileTree tree) implements VertexResult {}
}
