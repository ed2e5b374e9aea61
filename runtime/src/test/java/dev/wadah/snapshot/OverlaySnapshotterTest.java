package dev.wadah.snapshot;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;

@Tag("linux")
class OverlaySnapshotterTest extends SnapshotterContract {
  @Override
  protected TreeForm form(Store store) {
    return new TreeForm(store, TreeForm.Probe.NONE);
  }

  @Override
  protected Snapshotter open(Store store, LayerStore layers) throws Exception {
    return new OverlaySnapshotter(store, layers);
  }

  @Override
  protected void die(Path work) throws Exception {
    // The kernel makes its own directory so, and root alone may look into it.
    Files.createDirectories(work.resolve("work/work"));
    Files.setPosixFilePermissions(work.resolve("work/work"), Set.of());
  }
}
