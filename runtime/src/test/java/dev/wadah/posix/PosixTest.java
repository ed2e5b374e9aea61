package dev.wadah.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PosixTest {
  @TempDir Path temp;

  private String at(String name) {
    return temp + "/" + name;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "ümlaut",
        "日本語",
        "\uD83D\uDE00",
        "bad\uDCFFbyte",
        "\uDCC3(",
        "\uDCED\uDCA0\uDC80",
        "new\nline"
      })
  void namesSurviveTheRoundTrip(String name) throws Exception {
    Posix.putFile(Posix.CWD, at(name), new byte[3], 0, 3, new long[] {0640, 0, 0, 0});

    assertThat(Posix.names(Posix.CWD, temp.toString())).containsExactly(name);
    assertThat(FileStatus.of(at(name)).sizeBytes()).isEqualTo(3);
    Posix.symlink(name, Posix.CWD, at("link"));
    assertThat(Posix.readlink(Posix.CWD, at("link"))).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nul\0", "half\uD800", "low\uDC00"})
  void refusesStringsThatAreNoFileName(String name) {
    assertThatThrownBy(() -> Posix.mkdir(Posix.CWD, at(name), 0755))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("EILSEQ");
  }

  @Test
  void sayCallPathAndErrnoWhenACallFails() {
    assertThatThrownBy(() -> Posix.rmdir(Posix.CWD, at("none")))
        .isInstanceOf(PosixException.class)
        .hasMessage("rmdir %s: No such file or directory (ENOENT)".formatted(at("none")));
  }

  @Test
  void answersNullWhenThereIsNothing() throws Exception {
    assertThat(FileStatus.of(at("none"))).isNull();
    assertThat(Posix.names(Posix.CWD, at("none"))).isNull();
    Files.createFile(temp.resolve("file"));
    assertThat(Posix.names(Posix.CWD, at("file"))).isNull();
    assertThat(FileStatus.of(at("file/below"))).isNull();
  }

  @Test
  void putsAFileWithAllItsAttributes() throws Exception {
    assumeTrue(Posix.effectiveUser() == 0);
    byte[] content = new byte[200_000];
    Arrays.fill(content, (byte) 7);
    long mtime = -1_500_000_001L;

    Posix.putFile(
        Posix.CWD, at("f"), content, 10, 150_000, new long[] {06755, 1234, 4_294_967_294L, mtime});

    FileStatus status = FileStatus.of(at("f"));
    assertThat(status.mode()).isEqualTo(06755);
    assertThat(status.uid()).isEqualTo(1234);
    assertThat(Integer.toUnsignedLong(status.gid())).isEqualTo(4_294_967_294L);
    assertThat(status.mtimeNanos()).isEqualTo(mtime);
    assertThat(status.sizeBytes()).isEqualTo(150_000);
    assertThatThrownBy(() -> Posix.putFile(Posix.CWD, at("f"), content, 0, 1, new long[4]))
        .hasMessageContaining("EEXIST");
  }

  @Test
  void readsAndCopiesThroughDescriptors() throws Exception {
    byte[] content = new byte[300_000];
    Arrays.fill(content, (byte) 'x');
    Posix.putFile(
        Posix.CWD, at("f"), content, 0, content.length, new long[] {0600, uid(), gid(), 1});

    try (var in = new FileInputStream(Posix.open(Posix.CWD, at("f"), Posix.O_RDONLY, 0));
        var out =
            new FileOutputStream(
                Posix.open(Posix.CWD, at("g"), Posix.O_WRONLY | Posix.O_CREAT, 0600))) {
      Posix.copy(in.getFD(), out.getFD());
      Posix.settle(out.getFD(), 0444, uid(), gid(), 5_000_000_000L);
    }

    assertThat(Files.readAllBytes(temp.resolve("g"))).isEqualTo(content);
    assertThat(FileStatus.of(at("g")).mode()).isEqualTo(0444);
    byte[] some = new byte[100];
    assertThat(Posix.readFile(Posix.CWD, at("g"), some, 10, 50)).isEqualTo(50);
    assertThat(some[9]).isZero();
    assertThat(some[10]).isEqualTo((byte) 'x');
    assertThat(some[60]).isZero();
  }

  @Test
  void changesTheLinkAndNotItsTarget() throws Exception {
    Files.createFile(temp.resolve("target"));
    long before = FileStatus.of(at("target")).mtimeNanos();
    Posix.symlink("target", Posix.CWD, at("link"));

    Posix.setModified(Posix.CWD, at("link"), 42);

    assertThat(FileStatus.of(at("link")).mtimeNanos()).isEqualTo(42);
    assertThat(FileStatus.of(at("target")).mtimeNanos()).isEqualTo(before);
    assertThatThrownBy(() -> Posix.chmod(Posix.CWD, at("link"), 0777))
        .hasMessageContaining("ENOTSUP");
  }

  @Test
  void keepsExtendedAttributesOfAnySize() throws Exception {
    Files.createFile(temp.resolve("f"));
    byte[] value = new byte[3000];
    value[2999] = 1;
    Posix.setXattr(at("f"), "user.wadah", value);

    assertThat(Posix.getXattr(at("f"), "user.wadah")).isEqualTo(value);
    assertThat(Posix.listXattrs(at("f"))).contains("user.wadah");
    Posix.removeXattr(at("f"), "user.wadah");
    Posix.removeXattr(at("f"), "user.wadah");
    assertThat(Posix.getXattr(at("f"), "user.wadah")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside", "out/secret", "dir/../../outside", "abs"})
  void readsNothingOutsideTheRoot(String path) throws Exception {
    Path root = Files.createDirectories(temp.resolve("root/dir")).getParent();
    Files.writeString(temp.resolve("outside"), "secret");
    Files.createDirectory(temp.resolve("elsewhere"));
    Files.writeString(temp.resolve("elsewhere/secret"), "secret");
    Posix.symlink("../elsewhere", Posix.CWD, root + "/out");
    Posix.symlink(at("outside"), Posix.CWD, root + "/abs");

    assertThatThrownBy(() -> Posix.readBeneath(root.toString(), path, 100))
        .isInstanceOf(PosixException.class)
        .hasMessageMatching(".*(EXDEV|ELOOP).*");
  }

  @Test
  void readsBeneathTheRootUpToTheLimit() throws Exception {
    Files.createDirectory(temp.resolve("d"));
    Files.writeString(temp.resolve("d/f"), "twelve bytes");

    assertThat(new String(Posix.readBeneath(temp.toString(), "/d/f", 12), UTF_8))
        .isEqualTo("twelve bytes");
    assertThatThrownBy(() -> Posix.readBeneath(temp.toString(), "d/f", 11))
        .hasMessageContaining("EFBIG");
    assertThatThrownBy(() -> Posix.readBeneath(temp.toString(), "d", 11))
        .hasMessageContaining("EISDIR");
  }

  @Test
  void removesDeepTreesAndLeavesWhatLinksPointTo() throws Exception {
    Files.writeString(temp.resolve("kept"), "kept");
    Posix.mkdir(Posix.CWD, at("tree"), 0755);
    int dir = Posix.openDirectory(Posix.CWD, at("tree"));
    for (int i = 0; i < 3000; i++) {
      Posix.symlink(at("kept"), dir, "link");
      Posix.mkdir(dir, "below", 0755);
      int below = Posix.openDirectory(dir, "below");
      Posix.close(dir);
      dir = below;
    }
    Posix.close(dir);
    Posix.mkdir(Posix.CWD, at("tree/shut"), 0);

    Posix.removeTree(Posix.CWD, at("tree"));
    Posix.removeTree(Posix.CWD, at("tree"));

    assertThat(Posix.names(Posix.CWD, temp.toString())).containsExactly("kept");
  }

  @Test
  void givesALockToOneHolderAtATime() throws Exception {
    int first = Posix.tryLock(at("lock"));
    assertThat(first).isNotNegative();
    assertThat(Posix.tryLock(at("lock"))).isEqualTo(-1);
    Posix.unlink(Posix.CWD, at("lock"));
    Posix.close(first);
    int second = Posix.tryLock(at("lock"));
    assertThat(second).isNotNegative();
    Posix.close(second);
  }

  private static int uid() {
    return Posix.effectiveUser();
  }

  private int gid() throws PosixException {
    return FileStatus.of(temp.toString()).gid();
  }

  @Test
  void makesDirectoriesInAPlaceOfTheDisk() throws Exception {
    String place = Files.createDirectory(temp.resolve("place")).toString();
    String made = temp.resolve("made").toString();

    Posix.mkdirIn(place, made);
    Posix.mkdirIn(temp.resolve("nowhere").toString(), temp.resolve("other").toString());

    assertThat(Posix.names(Posix.CWD, made)).isEmpty();
    assertThat(FileStatus.of(made).mode()).isEqualTo(0700);
    assertThat(Posix.names(Posix.CWD, temp.toString()))
        .containsExactlyInAnyOrder("place", "made", "other");
    assertThatThrownBy(() -> Posix.mkdirIn(place, made))
        .isInstanceOf(PosixException.class)
        .hasMessageContaining("EEXIST");
    Posix.mkdirIn(place, temp.resolve("third").toString());
    assertThat(Posix.names(Posix.CWD, place)).as("what the failure left is used").isEmpty();
  }

  @Test
  void choosesAnotherPlaceEachTimeOrNone() throws Exception {
    String room = temp.resolve("room").toString();
    int first = Posix.choosePlace(room);
    assumeTrue(first >= 0, "no ext4 without a journal");

    assertThat(Posix.choosePlace(room)).isEqualTo(first + 1);
    Posix.setModified(Posix.CWD, room + "/0", 1_000_000_000L);
    assertThat(Posix.choosePlace(room)).as("long unused").isZero();
    assertThat(Posix.choosePlace(room)).isEqualTo(first + 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 200_000})
  void tellsFilesApartWhereverTheyDiffer(int length) throws Exception {
    byte[] bytes = new byte[length];
    new java.util.Random(length).nextBytes(bytes);
    String a = Files.write(temp.resolve("a"), bytes).toString();
    String b = Files.write(temp.resolve("b"), bytes).toString();
    String longer = Files.write(temp.resolve("c"), Arrays.copyOf(bytes, length + 1)).toString();

    assertThat(Posix.sameContent(a, b)).isTrue();
    assertThat(Posix.sameContent(a, longer)).isFalse();
    assertThat(Posix.sameContent(longer, a)).isFalse();
    if (length > 0) {
      bytes[length - 1]++;
      Files.write(temp.resolve("b"), bytes);
      assertThat(Posix.sameContent(a, b)).isFalse();
    }
  }

  @Test
  void keepsARemovedFileUntilItsDescriptorIsClosed() throws Exception {
    String file = Files.writeString(temp.resolve("file"), "text").toString();
    String link = Files.createSymbolicLink(temp.resolve("link"), Path.of("file")).toString();

    assertThat(Posix.unlinkOpen(link)).isNegative();
    assertThat(Posix.unlinkOpen(temp.toString())).isNegative();
    int open = Posix.unlinkOpen(file);

    assertThat(Posix.names(Posix.CWD, temp.toString())).containsExactly("link");
    assertThat(Posix.statOpen(open)[3]).isEqualTo(4);
    Posix.close(open);
  }
}
