package dev.wadah.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

@Tag("linux")
class CopySnapshotterTest extends SnapshotterContract {
  @Override
  protected TreeForm form(Store store) throws Exception {
    TreeForm form =
        new TreeForm(store, room -> new TreeForm.Answer(TreeForm.Verdict.REFUSED, "for a test"));
    assertThat(form.roots()).isEqualTo(TreeForm.Roots.COPIED);
    return form;
  }

  @Override
  protected Snapshotter open(Store store, LayerStore layers) throws Exception {
    return new CopySnapshotter(store, layers);
  }

  @Override
  protected void die(Path work) throws Exception {
    Files.createDirectories(work.resolve("root/deep"));
  }
}
