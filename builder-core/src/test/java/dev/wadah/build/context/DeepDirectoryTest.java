package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.files.EntryTree;
import dev.wadah.build.files.FileAction;
import dev.wadah.build.files.FileActions;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.oci.Digest;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories whose paths are longer than the kernel takes, and than a stack of calls is deep. */
class DeepDirectoryTest {
  private static final int DEPTH = 2500;
  private static final byte[] TEXT = "deep".getBytes(StandardCharsets.UTF_8);
  private static final FileAction.Copy ALL =
      new FileAction.Copy(0, List.of("/"), "/copy/", FileAction.Options.NONE);

  @TempDir private Path temp;

  @BeforeEach
  void dig() throws IOException {
    int at = Posix.openDirectory(Posix.CWD, temp.toString());
    for (int i = 0; i < DEPTH; i++) {
      Posix.mkdir(at, "d", 0755);
      int below = Posix.openDirectory(at, "d");
      Posix.close(at);
      at = below;
    }
    Posix.putFile(at, "f", TEXT, 0, TEXT.length, new long[] {0755, 0, 0, 0});
    Posix.symlink("f", at, "l");
    Posix.close(at);
  }

  @AfterEach
  void fillUp() throws IOException {
    Posix.removeTree(Posix.CWD, temp.resolve("d").toString());
  }

  @Test
  void copiesWhatLiesThousandsDeep() throws Exception {
    try (BuildContext context =
        new DirectoryContext(
            new HostTree(temp), IgnoreFile.NONE, new StatCache(temp.resolve("cache/stat")))) {
      FileTree tree = context.tree();
      Digest key = FileActions.filesKey(tree, ALL).exact();
      assertThat(FileActions.filesKey(tree, ALL).exact()).isEqualTo(key);
      List<LayerEntry> layer =
          FileActions.apply(EntryTree.of(List.of()), List.of(tree), List.of(ALL)).list();
      LayerEntry.File file =
          (LayerEntry.File)
              layer.stream().filter(e -> e.path().endsWith("/d/f")).findFirst().orElseThrow();
      assertThat(file.path()).hasSize("/copy".length() + 2 * DEPTH + 2);
      try (var in = file.content().open()) {
        assertThat(in.readAllBytes()).isEqualTo(TEXT);
      }
    }
  }
}
