package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class IndexFeedTest {
  @TempDir Path tree;

  private static TarEntry file(String name) {
    TarEntry.Owner owner = new TarEntry.Owner(1, 2);
    return new TarEntry(
        TarEntry.Kind.FILE, name, "", 0644, owner, 3, 4_000_000_000L, TarEntry.Extras.NONE);
  }

  private static void feed(IndexFeed feed, int entries, int length) throws IOException {
    String directory = "d".repeat(length) + "/";
    for (int i = 0; i < entries; i++) {
      feed.entry(file(directory + i), "/" + directory + i);
    }
  }

  /** The last two are more than may wait: the other thread has to begin in the middle. */
  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "256, 10", "90000, 20", "6000, 4000"})
  void makesTheIndexThatABuilderMakes(int entries, int length) throws IOException {
    IndexBuilder builder = new IndexBuilder();
    String directory = "d".repeat(length) + "/";
    for (int i = 0; i < entries; i++) {
      builder.add(file(directory + i));
    }
    List<LayerIndex> kept = new ArrayList<>();
    try (IndexFeed feed = new IndexFeed(kept::add)) {
      feed(feed, entries, length);
      feed.unpacked(tree.toString());
      feed.await();
    }
    assertThat(kept).hasSize(1);
    assertThat(kept.get(0).toBytes()).isEqualTo(builder.build().orElseThrow().toBytes());
  }

  @Test
  void keepsTheContentsThatOwnersAreLookedUpIn() throws IOException {
    Files.createDirectory(tree.resolve("etc"));
    Files.writeString(tree.resolve("etc/passwd"), "a:x:1:2::/:\n");
    Files.createSymbolicLink(tree.resolve("etc/group"), Path.of("passwd"));
    List<LayerIndex> kept = new ArrayList<>();
    try (IndexFeed feed = new IndexFeed(kept::add)) {
      feed.entry(file("etc/passwd"), "/etc/passwd");
      feed.entry(file("etc/group"), "/etc/group");
      feed.unpacked(tree.toString());
      Posix.removeTree(Posix.CWD, tree.resolve("etc").toString());
      feed.await();
    }
    assertThat(kept.get(0).content("/etc/passwd")).asString().isEqualTo("a:x:1:2::/:\n");
    assertThat(kept.get(0).content("/etc/group")).as("what is behind a link").isNull();
  }

  @Test
  void tellsWhyAnIndexCannotBeKept() throws IOException {
    IndexFeed.Keeper full =
        index -> {
          throw new IOException("no space");
        };
    try (IndexFeed feed = new IndexFeed(full)) {
      feed(feed, 10, 10);
      feed.unpacked(tree.toString());
      assertThatThrownBy(feed::await).isInstanceOf(IOException.class).hasMessage("no space");
    }
  }

  @Test
  void endsWhenItIsInterrupted() throws IOException {
    List<LayerIndex> kept = new ArrayList<>();
    try (IndexFeed feed = new IndexFeed(kept::add)) {
      feed(feed, 10, 10);
      Thread.currentThread().interrupt();
      assertThatThrownBy(feed::await).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }
    assertThat(kept).isEmpty();
  }
}
