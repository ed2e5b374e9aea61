package dev.wadah.build.explain;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/** What an explainer asks the build that it belongs to. */
public interface Surroundings {
  /** What tells this build's Dockerfile and context from others; the same in the next build. */
  String dockerfile();

  /** The flag that lets steps of a stage run without a look into the cache. */
  String freshness(String stage);

  /** The digest of the manifest or index that a name of an image has now. */
  Optional<Digest> digest(String reference) throws IOException;

  /** What shared caches had to say; empty when the build reads none. */
  Optional<String> sharedCaches();
}
