package dev.wadah.build.export;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.Map;

/** Writes images where a request wants them. */
public final class Exporter {
  private final Engine engine;

  public Exporter(Engine engine) {
    this.engine = engine;
  }

  /**
   * Writes the images of one build to one output.
   *
   * @param images one per platform, in the image store already
   * @return what goes into the metadata file
   */
  public Map<String, Object> export(
      Map<Platform, Image> images,
      BuildRequest.OutputRequest output,
      BuildRequest.NamingRequest naming,
      BuildProgress progress)
      throws BuildException, IOException {
    throw new IllegalStateException("pending " + engine);
  }
}
