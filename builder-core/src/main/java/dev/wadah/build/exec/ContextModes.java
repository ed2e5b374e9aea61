package dev.wadah.build.exec;

import dev.wadah.build.files.PortableModes;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** What the modes of a build's contexts mean, each looked at once. Safe for threads. */
final class ContextModes {
  private final Map<String, PortableModes> known = new HashMap<>();

  synchronized PortableModes of(VertexResult.Context context) throws IOException {
    PortableModes modes = known.get(context.name());
    if (modes == null) {
      modes = PortableModes.of(context.files().tree());
      known.put(context.name(), modes);
    }
    return modes;
  }
}
