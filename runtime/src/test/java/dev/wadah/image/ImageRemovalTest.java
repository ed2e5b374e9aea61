package dev.wadah.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.engine.Engine;
import dev.wadah.image.ImageRemoval.Force;
import dev.wadah.image.ImageRemoval.Removed;
import dev.wadah.image.archive.Archives;
import dev.wadah.image.archive.ImageLoader;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of docker rmi. */
class ImageRemovalTest {
  @TempDir Path folder;
  private Engine engine;
  private ImageRemoval removal;
  private Digest id;

  @BeforeEach
  void load() throws IOException {
    engine = Engine.open(folder);
    removal = new ImageRemoval(engine.images());
    byte[] archive = Archives.docker("[\"a:1\",\"a:2\",\"b:1\"]", Archives.layer("f", "x")).tar();
    id =
        new ImageLoader(engine.content(), engine.layers(), engine.images())
            .load(new ByteArrayInputStream(archive), "test")
            .get(0)
            .ids()
            .get(0);
  }

  @Test
  void takesOnlyTheNameWhenThereAreOthers() throws IOException {
    Removed removed = removal.remove("a:1", Set.of(), Force.NO);
    assertThat(removed.untagged()).containsExactly(ImageReference.parse("a:1"));
    assertThat(removed.deleted()).isEmpty();
    assertThat(engine.images().list()).hasSize(2);
  }

  @Test
  void takesTheImageWithItsLastName() throws IOException {
    removal.remove("a:1", Set.of(), Force.NO);
    removal.remove("a:2", Set.of(), Force.NO);
    Removed removed = removal.remove("b:1", Set.of(), Force.NO);
    assertThat(removed.deleted()).containsExactly(id);
    assertThat(engine.images().list()).isEmpty();
  }

  @Test
  void refusesAnIdWithNamesInSeveralRepositories() throws IOException {
    assertThatThrownBy(() -> removal.remove(id.abbreviated(), Set.of(), Force.NO))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "conflict: unable to delete %s (must be forced) - image is referenced in multiple"
                + " repositories",
            id.abbreviated());
    Removed removed = removal.remove(id.abbreviated(), Set.of(), Force.YES);
    assertThat(removed.untagged()).hasSize(3);
    assertThat(removed.deleted()).containsExactly(id);
  }

  @Test
  void takesAnIdWithItsNamesInOneRepository() throws IOException {
    removal.remove("b:1", Set.of(), Force.NO);
    Removed removed = removal.remove(id.toString(), Set.of(), Force.NO);
    assertThat(removed.untagged()).hasSize(2);
  }

  @Test
  void keepsAnImageThatAContainerUses() throws IOException {
    removal.remove("a:1", Set.of(id), Force.NO);
    removal.remove("a:2", Set.of(id), Force.NO);
    assertThatThrownBy(() -> removal.remove("b:1", Set.of(id), Force.NO))
        .hasMessageContaining("image is being used by a container");
    assertThat(engine.images().find("b:1", dev.wadah.oci.Platform.host())).isPresent();
  }

  @Test
  void saysThatThereIsNoSuchImage() {
    assertThatThrownBy(() -> removal.remove("c:1", Set.of(), Force.NO))
        .hasMessage("No such image: c:1");
  }
}
