package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.content.Store;
import java.io.IOException;

/** Opens build contexts of every kind. */
public final class BuildContexts {
  private final Store store;

  public BuildContexts(Store store) {
    this.store = store;
  }

  /**
   * Opens the main context and reads its Dockerfile.
   *
   * @throws BuildException if there is none, or it cannot be read
   */
  public BuildContext.Main openMain(ContextRequest request) throws BuildException, IOException {
    throw new IllegalStateException("pending " + store);
  }

  /**
   * Opens a named context that is a directory, an archive, or a URL; images are not its business.
   *
   * @param name its name, for messages
   * @param value as given to {@code --build-context}
   */
  public BuildContext openNamed(String name, String value, ContextRequest request)
      throws BuildException, IOException {
    throw new IllegalStateException("pending");
  }
}
