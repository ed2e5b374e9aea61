package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.Store;
import dev.wadah.layer.TreeForm.Answer;
import dev.wadah.layer.TreeForm.Probe;
import dev.wadah.layer.TreeForm.Roots;
import dev.wadah.layer.TreeForm.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store remembers of the way its layers go, and what it does when that is lost. */
@Tag("linux")
class TreeFormTest {
  private static final Probe REFUSED = directory -> new Answer(Verdict.REFUSED, "no such luck");
  private static final Probe UNASKED =
      directory -> {
        throw new IOException("was asked again");
      };

  @TempDir Path folder;
  private Store store;
  private Path file;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(folder.resolve("store"));
    file = store.room("layers").resolve("form");
  }

  @Test
  void isFoundOutOnce() throws IOException {
    assertThat(new TreeForm(store, REFUSED).roots()).isEqualTo(Roots.COPIED);

    TreeForm again = new TreeForm(store, UNASKED);
    assertThat(again.roots()).isEqualTo(Roots.COPIED);
    assertThat(again.reason()).isNotEmpty();
  }

  /** As an ext4 leaves a renamed file whose blocks were not written: empty, or zeros. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\0\0\0\0\0\0\0\0"})
  void isFoundOutAgainWhenAPowerCutTookIt(String torn) throws IOException {
    Files.writeString(file, torn);

    assertThat(new TreeForm(store, REFUSED).roots()).isEqualTo(Roots.COPIED);

    assertThat(new TreeForm(store, UNASKED).roots()).isEqualTo(Roots.COPIED);
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("form", "staging");
    }
  }

  @Test
  void isNotKeptWhenItCannotBeKnown() throws IOException {
    Probe unknown = directory -> new Answer(Verdict.UNKNOWN, "");

    assertThat(new TreeForm(store, unknown).roots()).isEqualTo(Roots.MOUNTED);

    assertThat(file).doesNotExist();
  }
}
