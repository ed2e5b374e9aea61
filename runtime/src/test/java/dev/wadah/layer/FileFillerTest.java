package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("linux")
@Timeout(60)
class FileFillerTest {
  @TempDir Path folder;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] tar(byte[]... contents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (int i = 0; i < contents.length; i++) {
        TarArchiveEntry entry = new TarArchiveEntry("f" + i);
        entry.setSize(contents[i].length);
        entry.setMode(0640);
        entry.setModTime(1_000_000_000_000L);
        tar.putArchiveEntry(entry);
        tar.write(contents[i]);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** Unpacks an archive of plain files as a layer's applier does. */
  private void unpack(TarReader tar, FileFiller filler) throws IOException {
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      String file = folder.resolve(entry.name()).toString();
      int start = tar.gather();
      if (start >= 0) {
        filler.put(Posix.create(Posix.CWD, file), entry, tar.buffer(), start);
      } else {
        filler.fill(Posix.create(Posix.CWD, file), entry, tar);
      }
    }
    filler.await();
  }

  @Test
  void fillsFilesOfAllSizes() throws IOException {
    byte[][] contents = new byte[300][];
    for (int i = 0; i < contents.length; i++) {
      contents[i] = random(i % 50 == 7 ? 600_000 + i : i % 3 == 0 ? i : 40_000 + i);
    }
    try (FileFiller filler = new FileFiller();
        TarReader tar = new TarReader(new ByteArrayInputStream(tar(contents)))) {
      unpack(tar, filler);
      assertThat(filler.failure()).isEmpty();
    }
    for (int i = 0; i < contents.length; i++) {
      Path file = folder.resolve("f" + i);
      assertThat(Files.readAllBytes(file)).as("f" + i).isEqualTo(contents[i]);
      FileStatus status = FileStatus.of(file.toString());
      assertThat(status.mode() & 07777).isEqualTo(0640);
      assertThat(status.mtimeNanos()).isEqualTo(1_000_000_000L * 1_000_000_000L);
    }
  }

  @Test
  void leavesHolesWhereThereAreZeros() throws IOException {
    byte[] content = new byte[8 << 20];
    Arrays.fill(content, 3 << 20, (3 << 20) + 10, (byte) 7);
    try (FileFiller filler = new FileFiller();
        TarReader tar = new TarReader(new ByteArrayInputStream(tar(content)))) {
      unpack(tar, filler);
    }
    Path file = folder.resolve("f0");
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(Long.parseLong(blocks.strip()) * 512).isLessThan(1 << 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 500_000})
  void tellsWhichFileCannotBeWritten(int length) throws IOException {
    try (FileFiller filler = new FileFiller();
        TarReader tar =
            new TarReader(new ByteArrayInputStream(tar(random(length), random(length + 1))))) {
      TarEntry entry = tar.next();
      // As a full disk: all writes fail with ENOSPC.
      int root = Posix.openDirectory(Posix.CWD, "/");
      int full = Posix.openBeneath(root, "/dev/full", Posix.O_WRONLY);
      Posix.close(root);
      if (tar.gather() >= 0) {
        filler.put(full, entry, tar.buffer(), tar.gather());
      } else {
        filler.fill(full, entry, tar);
      }
      filler.await();
      assertThat(filler.failure()).isPresent();
      assertThat(filler.failure().get().entry().name()).isEqualTo("f0");
      assertThat(filler.failure().get().cause()).hasMessageContaining("No space left");
      unpack(tar, filler);
    }
    assertThat(folder.resolve("f1")).as("nothing is written any more").isEmptyFile();
  }

  @Test
  void closesAllFilesOfAnArchiveThatEndsTooEarly() throws IOException {
    byte[] whole = tar(random(10), random(20), random(900_000));
    byte[] half = Arrays.copyOf(whole, 500_000);
    long before = open();
    try (FileFiller filler = new FileFiller();
        TarReader tar = new TarReader(new ByteArrayInputStream(half))) {
      assertThatThrownBy(() -> unpack(tar, filler)).isInstanceOf(EOFException.class);
    }
    assertThat(open()).isEqualTo(before);
  }

  @Test
  void closesAllFilesWhenItIsInterrupted() throws IOException {
    long before = open();
    // More pieces than there are, so that it has to wait for some.
    byte[] tar = tar(random(10), random(64 << 20));
    try (FileFiller filler = new FileFiller();
        TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> unpack(reader, filler)).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    }
    assertThat(open()).isEqualTo(before);
  }

  private long open() throws IOException {
    long count = 0;
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          count += Files.readSymbolicLink(descriptor).startsWith(folder) ? 1 : 0;
        } catch (java.nio.file.NoSuchFileException e) {
          // the listing's own
        }
      }
    }
    return count;
  }
}
