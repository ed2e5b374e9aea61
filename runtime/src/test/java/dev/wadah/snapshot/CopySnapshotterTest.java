package dev.wadah.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import dev.wadah.layer.UnpackLimits;
import dev.wadah.posix.Posix;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("linux")
class CopySnapshotterTest extends SnapshotterContract {
  private Store store;
  private LayerStore layers;

  @BeforeEach
  void openStore() throws Exception {
    store = Store.open(temp.resolve("store"));
    TreeForm form =
        new TreeForm(store, room -> new TreeForm.Answer(TreeForm.Verdict.REFUSED, "for a test"));
    layers = new LayerStore(store, new DirectoryContentStore(store), form, UnpackLimits.DEFAULT);
    assertThat(form.roots()).isEqualTo(TreeForm.Roots.COPIED);
  }

  @Override
  protected Snapshotter open() throws Exception {
    return new CopySnapshotter(store, layers);
  }

  @Override
  protected LayerStore layers() {
    return layers;
  }

  @Test
  void removesStatesOfDeadProcesses() throws Exception {
    Path work = store.room("work");
    Files.createDirectories(work.resolve("dead/root/deep"));
    Files.createFile(work.resolve("dead.lock"));
    try (Snapshotter.Active alive = open().prepare(LayerStack.EMPTY)) {
      open();
      assertThat(alive.root().upper().orElseThrow()).exists();
      assertThat(Posix.names(Posix.CWD, work.toString())).hasSize(2);
    }
    assertThat(work).isEmptyDirectory();
  }
}
