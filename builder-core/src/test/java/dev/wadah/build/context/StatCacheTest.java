package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.files.ReadCount;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatCacheTest {
  @TempDir Path temp;
  private Path files;
  private Path cacheFile;

  @BeforeEach
  void make() throws IOException {
    files = Files.createDirectory(temp.resolve("files"));
    cacheFile = temp.resolve("cache/stat");
  }

  private static Digest digest(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private Stamp status(String name) throws IOException {
    return Stamp.of(FileStatus.of(files.resolve(name).toString()));
  }

  private static void put(StatCache cache, String path, Stamp stamp, Digest digest) {
    cache.put(path, stamp, HexFormat.of().parseHex(digest.hex()), 0);
  }

  private Optional<Digest> find(String path, Stamp stamp) {
    return find(new StatCache(cacheFile), path, stamp);
  }

  private static Optional<Digest> find(StatCache cache, String path, Stamp stamp) {
    byte[] hash = new byte[StatCache.SHA_BYTES];
    return cache.find(path, stamp, hash, 0) ? Optional.of(Digest.ofSha256(hash)) : Optional.empty();
  }

  private List<Digest> digests(List<String> paths) throws IOException {
    try (HostTree tree = new HostTree(files)) {
      ContentDigests digests = new ContentDigests(tree, new StatCache(cacheFile));
      byte[] hashes = digests.of(paths, new ReadCount(ReadCount.Listener.NONE));
      digests.save();
      List<Digest> found = new ArrayList<>();
      for (int at = 0; at < hashes.length; at += StatCache.SHA_BYTES) {
        found.add(Digest.ofSha256(Arrays.copyOfRange(hashes, at, at + StatCache.SHA_BYTES)));
      }
      return found;
    }
  }

  @Test
  void remembersAcrossProcessesUntilAnythingChanges() throws Exception {
    Files.writeString(files.resolve("f"), "x");
    Stamp before = status("f");
    StatCache cache = new StatCache(cacheFile);
    put(cache, "/f", before, digest("x"));
    put(cache, "/bad\udcffname", before, digest("y"));
    cache.save();
    assertThat(find("/f", status("f"))).contains(digest("x"));
    assertThat(find("/bad\udcffname", before)).contains(digest("y"));
    assertThat(find("/g", before)).isEmpty();
    FileTime time = Files.getLastModifiedTime(files.resolve("f"));
    Thread.sleep(20);
    Files.writeString(files.resolve("f"), "z");
    Files.setLastModifiedTime(files.resolve("f"), time);
    assertThat(find("/f", status("f")))
        .as("same size, same time set back: the change time tells")
        .isEmpty();
  }

  @Test
  void keepsWhatIsKnownWhenMoreIsAdded() throws Exception {
    Files.writeString(files.resolve("f"), "x");
    Stamp status = status("f");
    for (int round = 0; round < 3; round++) {
      StatCache cache = new StatCache(cacheFile);
      for (int i = 0; i < 500; i++) {
        put(cache, "/f" + (round * 400 + i), status, digest("r" + round));
      }
      cache.save();
    }
    StatCache read = new StatCache(cacheFile);
    assertThat(find(read, "/f0", status)).contains(digest("r0"));
    assertThat(find(read, "/f399", status)).contains(digest("r0"));
    assertThat(find(read, "/f400", status)).contains(digest("r1"));
    assertThat(find(read, "/f1299", status)).contains(digest("r2"));
    assertThat(find(read, "/f1300", status)).isEmpty();
  }

  @Test
  void takesADamagedFileForNone() throws Exception {
    Files.writeString(files.resolve("f"), "x");
    StatCache cache = new StatCache(cacheFile);
    put(cache, "/f", status("f"), digest("x"));
    cache.save();
    byte[] whole = Files.readAllBytes(cacheFile);
    for (int length = 0; length < whole.length; length++) {
      Files.write(cacheFile, Arrays.copyOf(whole, length));
      assertThat(find("/f", status("f"))).as("cut at " + length).isEmpty();
    }
    byte[] counted = whole.clone();
    counted[8] = 0x7f;
    Files.write(cacheFile, counted);
    assertThat(find("/f", status("f"))).isEmpty();
    assertThat(digests(List.of("/f"))).containsExactly(digest("x"));
  }

  @Test
  void hashesManyFilesInOrder() throws Exception {
    List<String> paths = new ArrayList<>();
    List<Digest> expected = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Files.writeString(files.resolve("f" + i), "text " + i);
      paths.add("/f" + i);
      expected.add(digest("text " + i));
    }
    byte[] large = new byte[3 << 20];
    Files.write(files.resolve("large"), large);
    paths.add("/large");
    expected.add(Digest.of(large));
    assertThat(digests(paths)).isEqualTo(expected);
    assertThat(digests(paths)).isEqualTo(expected);
  }

  @Test
  void neverRemembersAFileThatHasJustChanged() throws Exception {
    Path file = Files.writeString(files.resolve("f"), "x");
    // as far ahead as a clock that was set back would make it
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() + 3_600_000));
    assertThat(digests(List.of("/f"))).containsExactly(digest("x"));
    assertThat(cacheFile).doesNotExist();
  }

  @Test
  void remembersAFileThatHasRested() throws Exception {
    Path file = Files.writeString(files.resolve("f"), "x");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    Thread.sleep(200);
    assertThat(digests(List.of("/f"))).containsExactly(digest("x"));
    assertThat(find("/f", status("f"))).contains(digest("x"));
  }

  @Test
  void refusesAFileThatChangesAllTheTime() throws Exception {
    Path file = Files.write(files.resolve("f"), new byte[16 << 20]);
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; !Thread.interrupted(); i++) {
                  Files.setLastModifiedTime(file, FileTime.fromMillis(i));
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    writer.start();
    try {
      IOException e = null;
      for (int attempt = 0; e == null && attempt < 200; attempt++) {
        e = catchThrowableOfType(IOException.class, () -> digests(List.of("/f")));
      }
      assertThat(e).hasMessageContaining("changes while it is read").hasMessageContaining("/f");
    } finally {
      writer.interrupt();
      writer.join();
    }
  }
}
