package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.posix.PathBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FileActionsTest {
  static List<CaseFile> cases() {
    return CaseFile.read("contexts/copy.txt");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void copiesAsDockerDoes(CaseFile example) throws Exception {
    MemoryTree root = MemoryTree.of(example.section("root"));
    MemoryTree input = MemoryTree.of(example.section("input"));
    List<FileAction> actions = Actions.parse(example.section("do"));
    if (!example.section("error").isEmpty()) {
      FileActionException e =
          catchThrowableOfType(
              FileActionException.class, () -> FileActions.apply(root, List.of(input), actions));
      assertThat(e.code() + ": " + e.getMessage() + " | " + e.remedy() + "\n")
          .isEqualTo(example.section("error"));
      assertThat(e.why()).isNotBlank();
      assertThat(e.subject()).isNotBlank();
      return;
    }
    List<LayerEntry> layer = FileActions.apply(root, List.of(input), actions).list();
    assertThat(print(layer)).isEqualTo(example.section("expect"));
  }

  static String print(List<LayerEntry> layer) throws IOException {
    StringBuilder out = new StringBuilder();
    String last = "";
    for (LayerEntry entry : layer) {
      assertThat(PathBytes.comparePaths(last, entry.path()))
          .as(last + " before " + entry.path())
          .isLessThanOrEqualTo(entry instanceof LayerEntry.Opaque ? 0 : -1);
      last = entry.path();
      out.append(print(entry)).append('\n');
    }
    return out.toString();
  }

  private static String print(LayerEntry entry) throws IOException {
    if (entry instanceof LayerEntry.HardLink link) {
      return "same %s %s".formatted(link.path(), link.target());
    }
    if (entry instanceof LayerEntry.File file) {
      FileNode node = file.node();
      if (!node.isDirectory()) {
        // a directory may be a parent in the root, which keeps its time
        assertThat(node.mtimeNanos() % 1_000_000_000L).as("a whole second").isZero();
      }
      String attributes =
          "%s %04o %d:%d".formatted(file.path(), node.mode(), node.uid(), node.gid());
      String capability =
          node.identity().xattrs().isEmpty() ? "" : " " + node.identity().xattrs().keySet();
      return switch (node.type()) {
        case FILE -> "file " + attributes + text(file) + capability;
        case DIRECTORY -> "dir " + attributes;
        case SYMLINK ->
            "link %s %s %d:%d".formatted(file.path(), node.link(), node.uid(), node.gid());
        default -> node.type().name().toLowerCase(java.util.Locale.ROOT) + " " + attributes;
      };
    }
    return entry.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + " " + entry.path();
  }

  private static String text(LayerEntry.File file) throws IOException {
    try (InputStream in = file.content().open()) {
      byte[] bytes = in.readAllBytes();
      assertThat(file.node().sizeBytes()).isEqualTo(bytes.length);
      return bytes.length == 0 ? "" : " " + new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
