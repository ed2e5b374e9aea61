package dev.wadah.build.graph;

import dev.wadah.build.BuildException;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.IOException;

/** Where the planner learns of images. */
@FunctionalInterface
public interface BaseImages {
  /**
   * The config of an image.
   *
   * @param reference a name, or the value of a named context such as {@code oci-layout://dir}
   * @throws BuildException if there is no such image, with a diagnostic that has no span
   */
  ImageConfig config(String reference, Platform platform) throws BuildException, IOException;
}
