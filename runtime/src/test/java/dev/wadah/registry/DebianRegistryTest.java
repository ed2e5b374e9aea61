package dev.wadah.registry;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The contract against the registry of the CNCF distribution project. */
@Tag("peer")
class DebianRegistryTest extends RegistryContract {
  @TempDir static Path folder;
  private static DebianRegistry debian;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    debian = new DebianRegistry(folder, "");
  }

  @AfterAll
  static void stop() {
    if (debian != null) {
      debian.close();
    }
  }

  @Override
  String host() {
    return debian.host();
  }
}
