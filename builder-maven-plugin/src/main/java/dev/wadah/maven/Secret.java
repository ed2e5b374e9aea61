package dev.wadah.maven;

import java.io.File;

/** A {@code <secret>} that RUN steps may mount. Maven sets the fields. */
public final class Secret {
  /** Its name in {@code RUN --mount=type=secret,id=...}. */
  String id;

  /** The file that holds it. */
  File file;

  /** The environment variable that holds it. */
  String env;
}
