package dev.wadah.build.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.build.files.FileList;
import dev.wadah.content.Store;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepMemoriesTest {
  private final Instant now = Instant.now();

  @TempDir Path folder;
  private StepMemories memories;

  @BeforeEach
  void open() throws IOException {
    memories = new StepMemories(Store.open(folder));
  }

  private static StepMemory memory(int number) {
    return new StepMemory(
        Digest.of(new byte[] {(byte) number}),
        "RUN echo " + number,
        new StepMemory.Root("linux/amd64", "", ""),
        List.of(new Fact("op", "exec"), new Fact("env PATH", "0123456789abcdef")),
        List.of(FileList.of("f\0".getBytes(StandardCharsets.US_ASCII), 1)));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("explain"))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void givesBackWhatWasWritten() throws IOException {
    memories.write("a", 2, memory(1));
    memories.write("b", 2, memory(2));
    List<StepMemories.Kept> kept = memories.of("a");
    assertThat(kept).hasSize(1);
    assertThat(kept.get(0).position()).isEqualTo(2);
    StepMemory read = kept.get(0).memory();
    assertThat(read.text()).isEqualTo("RUN echo 1");
    assertThat(read.facts()).isEqualTo(memory(1).facts());
    assertThat(read.files().get(0).count()).isEqualTo(1);
    assertThat(memories.of("c")).isEmpty();
  }

  @Test
  void keepsTheLastOfAPosition() throws IOException {
    for (int i = 0; i < 9; i++) {
      memories.write("a", 2, memory(i));
      memories.write("a", 12, memory(i));
      for (Path file : files()) {
        Instant earlier = Files.getLastModifiedTime(file).toInstant().minusSeconds(1);
        Files.setLastModifiedTime(file, FileTime.from(earlier));
      }
    }
    List<String> texts = new ArrayList<>();
    for (StepMemories.Kept kept : memories.of("a")) {
      texts.add(kept.position() + " " + kept.memory().text());
    }
    assertThat(texts)
        .containsExactlyInAnyOrder(
            "2 RUN echo 5",
            "2 RUN echo 6",
            "2 RUN echo 7",
            "2 RUN echo 8",
            "12 RUN echo 5",
            "12 RUN echo 6",
            "12 RUN echo 7",
            "12 RUN echo 8");
  }

  @Test
  void passesOverWhatIsDamaged() throws IOException {
    memories.write("a", 2, memory(1));
    Path good = files().get(0);
    byte[] bytes = Files.readAllBytes(good);
    for (int length = 0; length < bytes.length; length += 7) {
      Files.write(good.resolveSibling("3-" + length), Arrays.copyOf(bytes, length));
    }
    byte[] turned = bytes.clone();
    turned[bytes.length / 2] ^= 1;
    Files.write(good.resolveSibling("4-turned"), turned);
    Files.write(good.resolveSibling("nonsense"), bytes);
    Files.write(good.resolveSibling("99999999999999999999-f"), bytes);
    Files.createDirectory(good.resolveSibling("5-directory"));
    assertThat(memories.of("a")).hasSize(1);
  }

  @Test
  void tellsAListOfFilesThatMakesNoSense() {
    assertThatThrownBy(() -> FileList.of("f\0".getBytes(StandardCharsets.US_ASCII), 1).entries())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FileList.of(new byte[] {'f', 0, 31, 0, 0}, 1).entries())
        .isInstanceOf(IllegalArgumentException.class);
    FileList nonsense = FileList.of(new byte[] {'f', 0, 1}, 1);
    assertThat(FileChanges.of(nonsense, nonsense)).isEqualTo("something in its files");
  }

  @Test
  void collectsWhatIsOldOrTooMuch() throws IOException {
    memories.write("a", 1, memory(1));
    memories.write("b", 1, memory(2));
    Path old = files().get(0);
    Instant longAgo = now.minus(StepMemories.OLDEST).minusSeconds(60);
    Files.setLastModifiedTime(old, FileTime.from(longAgo));
    Path draft = files().get(1).resolveSibling("2-f.1-1.tmp");
    Files.write(draft, new byte[1]);
    memories.collect(now);
    assertThat(files()).hasSize(2).doesNotContain(old);
    assertThat(old.getParent()).doesNotExist();
    Files.setLastModifiedTime(draft, FileTime.from(now.minusSeconds(7200)));
    memories.collect(now);
    assertThat(files()).hasSize(1);

    try (var huge = new java.io.RandomAccessFile(files().get(0).toFile(), "rw")) {
      huge.setLength(StepMemories.MOST_BYTES);
    }
    Path first = files().get(0);
    Files.setLastModifiedTime(first, FileTime.from(now.minusSeconds(60)));
    memories.write("c", 1, memory(3));
    memories.collect(now);
    assertThat(files()).hasSize(1).doesNotContain(first);
  }
}
