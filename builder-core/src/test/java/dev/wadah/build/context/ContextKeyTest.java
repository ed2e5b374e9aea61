package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.files.FileAction;
import dev.wadah.build.files.FileActions;
import dev.wadah.build.files.KeyItems;
import dev.wadah.build.files.ReadCount;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.oci.Digest;
import dev.wadah.posix.DirectoryScan;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key is the same whether the stat cache knows all files, some or none. */
class ContextKeyTest {
  private static final List<String> NAMES =
      List.of("a", "b.txt", "b", "b-", "ä", "x y", "node_modules", ".git", "Z", "é\n", "0");

  private static final String[] MODES = {
    "rw-r--r--", "rw-rw-r--", "rwxr-xr-x", "rwxrwxr-x", "rw-------", "---------"
  };

  @TempDir Path temp;
  private Path files;
  private Path cache;

  private Digest key(Path cacheFile, String ignore, FileAction.Copy copy) throws Exception {
    IgnoreFile rules = IgnoreFile.parse(new SourceFile(".dockerignore", ignore));
    try (DirectoryContext context =
        new DirectoryContext(new HostTree(files), rules, new StatCache(cacheFile))) {
      return FileActions.filesKey(context.tree(), copy).exact();
    }
  }

  private static FileAction.Copy copy(String source, String exclude) {
    List<String> excludes = exclude.isEmpty() ? List.of() : List.of(exclude);
    FileAction.Options options =
        new FileAction.Options(
            Optional.empty(),
            Optional.empty(),
            false,
            source.contains("*"),
            excludes,
            FileAction.Unpack.NEVER,
            Optional.empty());
    return new FileAction.Copy(0, List.of(source), "/to", options);
  }

  @ParameterizedTest(name = "{0}: ignores {1}, COPY --exclude={2} {3}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          1 | ""                       | ""     | /
          2 | ""                       | ""     | /dir
          3 | "b.txt"                  | ""     | /
          4 | "dir/a,!dir/a/b"         | ""     | /
          5 | "**/b"                   | ""     | /
          6 | "*,!dir"                 | ""     | /
          7 | ""                       | b.txt  | /
          8 | "**/.git"                | ""     | /**/b.txt
          9 | "node_modules,dir/*/Z"   | ""     | /
          """)
  void isTheSameWithAndWithoutTheStatCache(int seed, String ignore, String exclude, String source)
      throws Exception {
    files = Files.createDirectory(temp.resolve("files"));
    cache = temp.resolve("cache/warm");
    Random random = new Random(seed);
    fill(Files.createDirectory(files.resolve("dir")), random, 3);
    fill(files, random, 1);
    FileAction.Copy copy = copy(source, exclude);
    String rules = ignore.replace(',', '\n');
    for (int round = 0; round < 5; round++) {
      Thread.sleep(150); // so that the cache takes what has changed
      Digest plain = key(temp.resolve("cache/none" + round), rules, copy);
      assertThat(key(cache, rules, copy)).as("some known, round " + round).isEqualTo(plain);
      assertThat(key(cache, rules, copy)).as("all known, round " + round).isEqualTo(plain);
      change(random);
    }
  }

  private void fill(Path directory, Random random, int depth) throws IOException {
    for (String name : NAMES) {
      Path path = directory.resolve(name);
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        if (depth > 0 && random.nextInt(3) == 0) {
          fill(Files.createDirectory(path), random, depth - 1);
        } else {
          make(path, random);
        }
      }
    }
  }

  private void make(Path path, Random random) throws IOException {
    int kind = random.nextInt(12);
    if (kind == 0) {
      Files.createSymbolicLink(path, Path.of("a"));
      return;
    }
    if (kind == 1 && Files.isRegularFile(path.resolveSibling("a"), LinkOption.NOFOLLOW_LINKS)) {
      Files.createLink(path, path.resolveSibling("a"));
      return;
    }
    Files.writeString(path, "x".repeat(random.nextInt(9)));
    String mode = MODES[random.nextInt(MODES.length)];
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    if (kind == 2) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
      // version 2, effective, no right at all
      byte[] capability = new byte[20];
      capability[3] = 2;
      Posix.setXattr(path.toString(), "security.capability", capability);
    }
  }

  private void change(Random random) throws IOException {
    List<Path> all = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(files)) {
      walk.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).forEach(all::add);
    }
    for (int i = 0; i < 4; i++) {
      Path path = all.get(random.nextInt(all.size()));
      switch (i) {
        case 0 -> Files.deleteIfExists(path);
        case 1 -> Files.writeString(path, "changed " + random.nextInt());
        case 2 -> Files.writeString(path.resolveSibling("new" + random.nextInt(99)), "n");
        default -> {
          if (Files.exists(path)) {
            Files.move(path, path.resolveSibling("moved" + random.nextInt(99)));
          }
        }
      }
    }
  }

  @Test
  void tellsWhatIsReadWhenThatTakesLong() throws Exception {
    files = Files.createDirectory(temp.resolve("files"));
    Files.write(Files.createDirectory(files.resolve("d")).resolve("large"), new byte[6 << 20]);
    for (int i = 0; i < 200; i++) {
      Files.writeString(files.resolve("f" + i), "text");
    }
    Thread.sleep(150);
    cache = temp.resolve("cache/warm");
    long all = (6 << 20) + 200 * 4;
    assertThat(told(300_000_000))
        .as("each look at the clock is 0.3 s later")
        .endsWith("203 " + all);
    assertThat(told(300_000_000)).as("nothing is read again").endsWith("203 0");
    assertThat(told(0)).as("at once").isEmpty();
  }

  private List<String> told(long stepNanos) throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    AtomicLong clock = new AtomicLong();
    ReadCount.Listener listener =
        new ReadCount.Listener() {
          @Override
          public void reading(long count, long bytes) {
            told.add("on " + count + " " + bytes);
          }

          @Override
          public void read(long count, long bytes) {
            told.add(count + " " + bytes);
          }
        };
    ReadCount count = new ReadCount(listener, () -> clock.addAndGet(stepNanos));
    IgnoreFile none = IgnoreFile.parse(new SourceFile(".dockerignore", ""));
    try (DirectoryContext context =
        new DirectoryContext(new HostTree(files), none, new StatCache(cache))) {
      FileActions.filesKey(context.tree(), copy("/", ""), count);
    }
    count.end();
    assertThat(told.subList(0, Math.max(0, told.size() - 1))).allMatch(s -> s.startsWith("on "));
    return told;
  }

  @Test
  void takesAllUnchangedFilesOfADirectoryTogether() throws Exception {
    files = Files.createDirectory(temp.resolve("files"));
    cache = temp.resolve("cache/warm");
    for (int i = 100; i < 400; i++) {
      Files.writeString(files.resolve("f" + i), "text " + i);
    }
    Thread.sleep(150);
    key(cache, "", copy("/", ""));
    assertThat(rows()).containsExactly(300);
    Files.writeString(files.resolve("f150"), "changed");
    Files.delete(files.resolve("f200"));
    Files.writeString(files.resolve("f250a"), "new");
    assertThat(rows()).containsExactly(50, -1, 49, 50, -1, 149);
  }

  /** How many files are taken at once; -1 for one that is not. */
  private List<Integer> rows() throws IOException {
    List<Integer> rows = new ArrayList<>();
    StatCache known = new StatCache(cache);
    int fd = Posix.openDirectory(Posix.CWD, files.toString());
    try {
      DirectoryScan scan = DirectoryScan.of(fd);
      for (int at = 0; at < scan.size(); ) {
        StatCache.Row row = new StatCache.Row(scan, at, scan.size(), new byte[] {'/'}, 1);
        int taken = known.take(row, new KeyItems());
        rows.add(taken == 0 ? -1 : taken);
        at += Math.max(taken, 1);
      }
    } finally {
      Posix.close(fd);
    }
    return rows;
  }
}
