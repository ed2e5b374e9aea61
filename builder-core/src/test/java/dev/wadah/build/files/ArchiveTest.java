package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.github.luben.zstd.ZstdOutputStream;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class ArchiveTest {
  private static final OwnerNames.Owner ROOT = new OwnerNames.Owner(0, 0);

  static List<CaseFile> cases() {
    return CaseFile.read("contexts/archives.txt");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void unpacksAsDockerDoes(CaseFile example) throws Exception {
    MemoryTree root = MemoryTree.of(example.section("root"));
    MemoryTree input = new MemoryTree();
    input.file("/t.tar", 0644, 0, 0, tar(example.section("archive")));
    List<FileAction> actions = Actions.parse(example.section("do"));
    if (!example.section("error").isEmpty()) {
      FileActionException e =
          catchThrowableOfType(
              FileActionException.class, () -> FileActions.apply(root, List.of(input), actions));
      assertThat(e.code() + ": " + e.getMessage() + "\n").isEqualTo(example.section("error"));
      return;
    }
    List<LayerEntry> layer = FileActions.apply(root, List.of(input), actions).list();
    assertThat(FileActionsTest.print(layer)).isEqualTo(example.section("expect"));
  }

  /** Lines as MemoryTree has them; {@code hard NAME TARGET} is a hard link. */
  private static byte[] tar(String lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String line : lines.lines().toList()) {
        add(tar, line.split(" ", 5));
      }
    }
    return bytes.toByteArray();
  }

  private static void add(TarArchiveOutputStream tar, String[] words) throws IOException {
    byte type =
        switch (words[0]) {
          case "dir" -> TarConstants.LF_DIR;
          case "link" -> TarConstants.LF_SYMLINK;
          case "hard" -> TarConstants.LF_LINK;
          case "fifo" -> TarConstants.LF_FIFO;
          case "char" -> TarConstants.LF_CHR;
          case "odd" -> (byte) 'Z';
          default -> TarConstants.LF_NORMAL;
        };
    TarArchiveEntry entry = new TarArchiveEntry(words[1], type, true);
    byte[] content = new byte[0];
    if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
      entry.setLinkName(words[2]);
    } else {
      entry.setMode(Integer.parseInt(words[2], 8));
      String[] owner = words[3].split(":", -1);
      entry.setIds(Integer.parseInt(owner[0]), Integer.parseInt(owner[1]));
      content = words.length > 4 ? words[4].getBytes(StandardCharsets.UTF_8) : content;
    }
    entry.setSize(content.length);
    entry.setModTime(1_000L);
    if (words[0].equals("cap")) {
      entry.addPaxHeader("SCHILY.xattr.security.capability", "\u0001\u0002");
      entry.addPaxHeader("SCHILY.xattr.user.x", "y");
    }
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  @Test
  void unpacksThousandsOfDirectoriesWithoutLookingEachUpForAll() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    for (int depth = 1; depth <= 3000; depth++) {
      String path = "/d".repeat(depth);
      tar.put(new LayerEntry.File(path, Nodes.directory(0711, ROOT), LayerEntry.Content.NONE));
    }
    tar.end();
    MemoryTree input = new MemoryTree().file("/a", 0644, 0, 0, bytes.toByteArray());
    List<FileAction> actions = Actions.parse("ADD a /t/");
    List<LayerEntry> layer =
        assertTimeoutPreemptively(
            Duration.ofSeconds(15),
            () -> FileActions.apply(new MemoryTree(), List.of(input), actions).list());
    assertThat(layer).hasSize(3001);
    assertThat(layer.get(3000).path()).isEqualTo("/t" + "/d".repeat(3000));
  }

  private static String add(byte[] archive) throws Exception {
    MemoryTree input = new MemoryTree().file("/a", 0644, 0, 0, archive);
    return FileActionsTest.print(
        FileActions.apply(new MemoryTree(), List.of(input), Actions.parse("ADD a /d/")).list());
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gzip", "members", "bzip2", "xz", "zstd", "frames"})
  void tellsCompressionByContent(String kind) throws Exception {
    byte[] tar = tar("file f 0644 3:4 hello\nfile g 0600 0:0 " + "long".repeat(3000));
    byte[] packed = compress(kind, tar);
    assertThat(add(packed)).startsWith("dir /d 0755 0:0\nfile /d/f 0644 3:4 hello\nfile /d/g 0600");
  }

  private static byte[] compress(String kind, byte[] bytes) throws IOException {
    int half = bytes.length / 2;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (kind) {
      case "members", "frames" -> {
        String one = kind.equals("members") ? "gzip" : "zstd";
        out.write(compress(one, Arrays.copyOf(bytes, half)));
        out.write(compress(one, Arrays.copyOfRange(bytes, half, bytes.length)));
      }
      default -> {
        try (OutputStream packed =
            switch (kind) {
              case "gzip" -> new GZIPOutputStream(out);
              case "bzip2" -> new BZip2CompressorOutputStream(out);
              case "xz" -> new XZOutputStream(out, new LZMA2Options());
              case "zstd" -> new ZstdOutputStream(out);
              default -> out;
            }) {
          packed.write(bytes);
        }
      }
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "bzip2", "xz", "zstd"})
  void copiesWhatIsCompressedButNoArchive(String kind) throws Exception {
    byte[] packed = compress(kind, "plain".getBytes(StandardCharsets.UTF_8));
    assertThat(add(packed)).startsWith("dir /d 0755 0:0\nfile /d/a 0644 0:0");
    assertThat(add(Arrays.copyOf(packed, 8))).contains("file /d/a");
  }

  @Test
  void copiesAnArchiveWithoutEntries() throws Exception {
    assertThat(add(tar(""))).contains("file /d/a");
  }

  @Test
  void refusesAnArchiveThatIsCutOff() throws Exception {
    byte[] tar = tar("file f 0644 0:0 hello\nfile g 0644 0:0 " + "x".repeat(2000));
    for (int length : new int[] {1024 + 512 + 100, 1500, 1024 + 1024}) {
      FileActionException e =
          catchThrowableOfType(FileActionException.class, () -> add(Arrays.copyOf(tar, length)));
      assertThat(e.code()).as("cut at " + length).isEqualTo("bad-archive");
    }
    byte[] packed = compress("gzip", tar("file f 0644 0:0 " + noise(200_000)));
    FileActionException e =
        catchThrowableOfType(
            FileActionException.class, () -> add(Arrays.copyOf(packed, packed.length / 2)));
    assertThat(e.code()).isEqualTo("bad-archive");
  }

  private static String noise(int length) {
    StringBuilder noise = new StringBuilder(length);
    long state = 42;
    for (int i = 0; i < length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      noise.append((char) ('a' + (state >>> 33) % 26));
    }
    return noise.toString();
  }

  @Test
  void spoolsWhatIsTooLargeForMemoryAndLeavesNothing(@TempDir Path temp) throws Exception {
    String big = noise(6 << 20);
    Path archive =
        Files.write(temp.resolve("a"), tar("file small 0644 0:0 s\nfile big 0644 0:0 " + big));
    FileTree tree = EntryTree.ofArchive(archive, "a").orElseThrow();
    for (int again = 0; again < 2; again++) {
      try (InputStream in = tree.open("/big");
          InputStream small = tree.open("/small")) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(big);
        assertThat(small.readAllBytes()).isEqualTo(new byte[] {'s'});
      }
      assertThat(openSpools()).isNotEmpty().allMatch(name -> name.endsWith(" (deleted)"));
    }
  }

  /** The spools that this process has open, as the kernel names them. */
  private static List<String> openSpools() throws IOException {
    List<String> spools = new ArrayList<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : open) {
        String target = target(descriptor);
        if (target.contains("wadah-spool-")) {
          spools.add(target);
        }
      }
    }
    return spools;
  }

  private static String target(Path descriptor) throws IOException {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (NoSuchFileException e) {
      return ""; // closed since the folder was listed
    }
  }

  @Test
  void keepsNamesThatAreNoTextAndSparseFiles(@TempDir Path temp) throws Exception {
    String make =
        "mkdir x; printf b > \"x/$(printf 'bad\\377')\"; truncate -s 1M x/s; printf end >> x/s;"
            + " tar cSf t.tar --owner=0 --group=0 -C x .";
    assertThat(new ProcessBuilder("sh", "-ec", make).directory(temp.toFile()).start().waitFor())
        .isZero();
    FileTree tree = EntryTree.ofArchive(temp.resolve("t.tar"), "t.tar").orElseThrow();
    assertThat(tree.list("/")).containsExactly("bad\udcff", "s");
    try (InputStream in = tree.open("/s")) {
      byte[] content = in.readAllBytes();
      assertThat(content).hasSize((1 << 20) + 3).endsWith('e', 'n', 'd').startsWith(0, 0);
    }
  }
}
