package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.files.Changes.Change;
import dev.wadah.build.files.Changes.FileContent;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.LayerEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChangesTest {
  private final Spool spool = new Spool();
  private final Changes changes = new Changes(spool);

  private static FileNode node(FileNode.Type type, Identity identity) {
    String link = type == FileNode.Type.SYMLINK ? "../target" : "";
    long size = type == FileNode.Type.FILE ? 5 : 0;
    return new FileNode(type, 07777, -2, 70_000, size, -1_500_000_000L, link, identity);
  }

  private LayerEntry.Content kept(String text) throws IOException {
    return spool.keep(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static Change with(FileContent file) {
    return new Change(file, true, false);
  }

  @ParameterizedTest
  @EnumSource(FileNode.Type.class)
  void givesBackWhatWasPut(FileNode.Type type) throws IOException {
    kept("before");
    byte[] capability = {1, 0, 0, 2};
    Identity[] identities = {
      Identity.PLAIN,
      new Identity(0x103, 0, Map.of()),
      new Identity(0, 0, Map.of("security.capability", capability))
    };
    for (Identity identity : identities) {
      FileNode node = node(type, identity);

      LayerEntry.Content content = node.isFile() ? kept("hallo") : LayerEntry.Content.NONE;
      changes.put("/d/f", with(new FileContent(node, content)));

      Change found = changes.find("/d/f").orElseThrow();
      assertThat(found.file().node()).isEqualTo(node);
      assertThat(found.hidesRoot()).isTrue();
      assertThat(found.overDirectory()).isFalse();
      try (InputStream in = found.file().content().open()) {
        assertThat(in.readNBytes(5)).asString().isEqualTo(node.isFile() ? "hallo" : "");
      }
    }
    assertThat(changes.find("/d")).isEmpty();
    assertThat(changes.hasBelow("/d")).isTrue();
    assertThat(changes.hasBelow("/d/f")).isFalse();
  }

  @Test
  void keepsTheTargetsOfLinksApart() {
    String[] targets = {"a", "", "/b/".repeat(300), "\uDCFF", "c"};
    for (int i = 0; i < targets.length; i++) {
      FileNode link =
          new FileNode(FileNode.Type.SYMLINK, 0777, 0, 0, 0, 0, targets[i], Identity.PLAIN);
      changes.put("/" + i, with(new FileContent(link, LayerEntry.Content.NONE)));
    }

    for (int i = 0; i < targets.length; i++) {
      FileNode found = changes.find("/" + i).orElseThrow().file().node();
      assertThat(found.link()).isEqualTo(targets[i]);
      assertThat(found.sizeBytes()).isZero();
    }
  }

  @Test
  void keepsWhichNamesAreOfOneFile() throws IOException {
    FileContent plain = new FileContent(node(FileNode.Type.FILE, Identity.PLAIN), kept("hallo"));
    changes.put("/a", with(plain));
    changes.put("/b", with(plain.shared(3, Long.MIN_VALUE | 7)));
    changes.put("/c", with(plain));
    changes.put("/d", with(plain.shared(0, 1)));
    changes.put("/gone", with(plain.shared(0, 1)));
    changes.put("/gone", with(plain));

    assertThat(Stream.of("/a", "/b", "/c", "/d", "/gone"))
        .extracting(path -> changes.find(path).orElseThrow().file())
        .containsExactly(
            plain, plain.shared(3, Long.MIN_VALUE | 7), plain, plain.shared(0, 1), plain);
  }

  @Test
  void readsAContentFromElsewhereWhereItIs() throws IOException {
    byte[] text = "there".getBytes(StandardCharsets.UTF_8);
    FileNode node = node(FileNode.Type.FILE, Identity.PLAIN);

    changes.put("/a", with(new FileContent(node, () -> new ByteArrayInputStream(text))));

    try (InputStream in = changes.find("/a").orElseThrow().file().content().open()) {
      assertThat(in.readAllBytes()).isEqualTo(text);
    }
  }

  @Test
  void forgetsAllThatIsBelowADirectoryAndNothingElse() throws IOException {
    FileNode node = node(FileNode.Type.FILE, Identity.PLAIN);
    for (String path : new String[] {"/a", "/a/b", "/a/b/c", "/ab", "/b/a"}) {
      changes.put(path, with(new FileContent(node, kept("x"))));
    }

    changes.removeBelow("/a");
    changes.removeBelow("/nowhere");

    assertThat(changes.find("/a")).isPresent();
    assertThat(changes.find("/a/b")).isEmpty();
    assertThat(changes.find("/a/b/c")).isEmpty();
    assertThat(changes.find("/ab")).isPresent();
    assertThat(changes.find("/b/a")).isPresent();
  }

  @Test
  void hidesWhatTheNextChangeAboveHides() throws IOException {
    FileNode directory = node(FileNode.Type.DIRECTORY, Identity.PLAIN);
    FileContent file = new FileContent(directory, LayerEntry.Content.NONE);
    changes.put("/new", new Change(file, true, false));
    changes.put("/new/seen", new Change(file, false, false));

    assertThat(changes.isHidden("/new/x/y")).isTrue();
    assertThat(changes.isHidden("/new/seen/x")).isFalse();
    assertThat(changes.isHidden("/new")).isFalse();
    assertThat(changes.isHidden("/other/x")).isFalse();
    assertThat(changes.isHidden("/")).isFalse();
  }
}
