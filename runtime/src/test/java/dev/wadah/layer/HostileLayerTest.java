package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that want more than their directory. */
class HostileLayerTest {
  @TempDir Path temp;
  private StoreFixture fixture;
  private Path outside;

  @BeforeEach
  void open() throws Exception {
    fixture = new StoreFixture(temp.resolve("store"));
    outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "precious");
  }

  static Stream<Arguments> refused() {
    String up = "../".repeat(12);
    byte[] wide = TarBytes.header('0', "huge", "", 0);
    wide[124] = (byte) 0x80;
    wide[126] = 0x7F;
    byte[] zero = TarBytes.header('5', "wrong sum", "", 0);
    byte[] wrongSum = new TarBytes().block(zero).unfinished();
    wrongSum[3] ^= 1;
    return Stream.of(
        Arguments.of("parent in a name", new TarBytes().file(up + "x", "").bytes()),
        Arguments.of("parent within a name", new TarBytes().file("a/../../x", "").bytes()),
        Arguments.of("parent in a whiteout", new TarBytes().file("a/../.wh.x", "").bytes()),
        Arguments.of("parent in a link", new TarBytes().hardLink("l", up + "x").bytes()),
        Arguments.of("link to nothing", new TarBytes().hardLink("l", "none").bytes()),
        Arguments.of("link to itself", new TarBytes().hardLink("l", "l").bytes()),
        Arguments.of("link to the root", new TarBytes().hardLink("l", "/").bytes()),
        Arguments.of(
            "link to a directory", new TarBytes().directory("d").hardLink("l", "d").bytes()),
        Arguments.of("root as a file", new TarBytes().file("./", "x").symlink(".", "x").bytes()),
        Arguments.of("whiteout of nothing", new TarBytes().file(".wh.", "").bytes()),
        Arguments.of("whiteout of the parent", new TarBytes().file("a/.wh...", "").bytes()),
        Arguments.of("whiteout device", new TarBytes().device('3', "w", 0, 0).bytes()),
        Arguments.of(
            "link to a whiteout", new TarBytes().file(".wh.a", "").hardLink("b", "a").bytes()),
        Arguments.of("endless link", new TarBytes().symlink("a", "a").file("a/b", "").bytes()),
        Arguments.of("empty link", new TarBytes().symlink("a", "").bytes()),
        Arguments.of("file as a parent", new TarBytes().file("a", "").file("a/b", "").bytes()),
        Arguments.of("huge size", new TarBytes().block(wide).bytes()),
        Arguments.of("PAX size below zero", new TarBytes().pax("size", "-1").file("a", "").bytes()),
        Arguments.of(
            "PAX owner too large", new TarBytes().pax("uid", "4294967295").file("a", "").bytes()),
        Arguments.of(
            "PAX without numbers",
            new TarBytes()
                .entry('x', "p", "", "x y=z\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .file("a", "")
                .bytes()),
        Arguments.of(
            "PAX longer than itself",
            new TarBytes()
                .entry(
                    'x', "p", "", "99 y=z\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .file("a", "")
                .bytes()),
        Arguments.of(
            "sparse beyond its size",
            new TarBytes()
                .pax("GNU.sparse.map", "0,9999", "GNU.sparse.size", "10")
                .file("a", "x")
                .bytes()),
        Arguments.of(
            "sparse backwards",
            new TarBytes()
                .pax("GNU.sparse.map", "5,1,0,1", "GNU.sparse.size", "10")
                .file("a", "xx")
                .bytes()),
        Arguments.of("unknown type", new TarBytes().entry('%', "a", "", new byte[0]).bytes()),
        Arguments.of("wrong check sum", wrongSum),
        Arguments.of(
            "name too long", new TarBytes().pax("path", "n".repeat(300)).file("a", "").bytes()),
        Arguments.of(
            "path too deep",
            new TarBytes().pax("path", "n/".repeat(9000) + "x").file("a", "").bytes()),
        Arguments.of("NUL in a name", new TarBytes().pax("path", "a\0b").file("a", "").bytes()),
        Arguments.of("ends in a header", Arrays.copyOf(new TarBytes().file("a", "x").bytes(), 300)),
        Arguments.of(
            "ends in a content",
            Arrays.copyOf(new TarBytes().file("a", "x".repeat(600)).bytes(), 800)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String fault, byte[] tar) throws Exception {
    assertThatThrownBy(() -> fixture.unpack(tar))
        .isInstanceOfAny(InvalidLayerException.class, EOFException.class, IOException.class)
        .isNotInstanceOf(java.io.UncheckedIOException.class);
    assertUntouched();
    assertThat(Posix.names(Posix.CWD, temp + "/store/layers/trees")).isEmpty();
  }

  private void assertUntouched() throws IOException {
    assertThat(outside.toFile().list()).containsExactly("precious");
    assertThat(Files.readString(outside.resolve("precious"))).isEqualTo("precious");
    assertThat(Posix.names(Posix.CWD, temp.toString()))
        .containsExactlyInAnyOrder("store", "outside");
    assertThat(FileStatus.of(outside.toString()).mode() & 0700).isEqualTo(0700);
  }

  @Test
  void keepsAbsoluteNamesInside() throws Exception {
    String tree = fixture.unpack(new TarBytes().file(outside + "/new", "x").bytes());

    assertThat(Files.readString(Path.of(tree + outside + "/new"))).isEqualTo("x");
    assertUntouched();
  }

  @Test
  void followsLinksWithinTheLayerOnly() throws Exception {
    String tree =
        fixture.unpack(
            new TarBytes()
                .symlink("abs", outside.toString())
                .file("abs/precious", "stolen")
                .symlink("up", "../".repeat(20) + outside)
                .file("up/other", "stolen")
                .file("abs/.wh.precious2", "")
                .file("abs/.wh..wh..opq", "")
                .bytes());

    assertUntouched();
    assertThat(Files.readString(Path.of(tree + outside + "/precious"))).isEqualTo("stolen");
    assertThat(Files.readString(Path.of(tree + outside + "/other"))).isEqualTo("stolen");
  }

  @Test
  void replacesLinksInsteadOfWritingThroughThem() throws Exception {
    String precious = outside.resolve("precious").toString();
    String tree =
        fixture.unpack(
            new TarBytes()
                .symlink("f", precious)
                .file("f", "new")
                .symlink("d", outside.toString())
                .directory("d")
                .symlink("h", precious)
                .hardLink("i", "h")
                .file("i", "i")
                .bytes());

    assertUntouched();
    assertThat(FileStatus.of(tree + "/f").isFile()).isTrue();
    assertThat(FileStatus.of(tree + "/d").isDirectory()).isTrue();
    assertThat(FileStatus.of(tree + "/h").isSymlink()).isTrue();
    assertThat(FileStatus.of(tree + "/i").isFile()).isTrue();
  }

  @Test
  void leavesOverlaysOwnAttributesOut() throws Exception {
    String tree =
        fixture.unpack(
            new TarBytes()
                .pax(
                    "SCHILY.xattr.trusted.overlay.redirect", "/etc",
                    "SCHILY.xattr.trusted.overlay.opaque", "y",
                    "SCHILY.xattr.user.overlay.opaque", "y",
                    "SCHILY.xattr.user.note", "kept")
                .directory("d")
                .pax("SCHILY.xattr.trusted.overlay.metacopy", "", "SCHILY.xattr.user.note", "kept")
                .file("f", "x")
                .bytes());

    assertThat(Posix.listXattrs(tree + "/d")).doesNotContain("trusted.overlay.redirect");
    assertThat(Posix.getXattr(tree + "/d", "trusted.overlay.opaque")).isNull();
    assertThat(Posix.getXattr(tree + "/d", "user.overlay.opaque")).isNull();
    assertThat(Posix.listXattrs(tree + "/f")).containsExactly("user.note");
  }

  @Test
  void takesTheLaterOfTwoEntries() throws Exception {
    String tree =
        fixture.unpack(
            new TarBytes()
                .file("a", "one")
                .file("a", "two")
                .directory("b")
                .file("b/x", "")
                .file("b", "file now")
                .file("c", "")
                .directory("c")
                .file("c/y", "y")
                .file("big", "1".repeat(200_000))
                .file("big", "2".repeat(200_000))
                .bytes());

    assertThat(Files.readString(Path.of(tree, "a"))).isEqualTo("two");
    assertThat(Files.readString(Path.of(tree, "b"))).isEqualTo("file now");
    assertThat(Files.readString(Path.of(tree, "c/y"))).isEqualTo("y");
    assertThat(Files.readString(Path.of(tree, "big"))).isEqualTo("2".repeat(200_000));
  }

  @Test
  void letsAWhiteoutHideOnlyWhatIsBelow() throws Exception {
    String tree =
        fixture.unpack(
            new TarBytes()
                .file("f", "mine")
                .file(".wh.f", "")
                .file(".wh.g", "")
                .file("g", "mine")
                .file(".wh.d", "")
                .directory("d")
                .directory("e")
                .file(".wh.e", "")
                .file(".wh.w", "")
                .file(".wh..wh.plnk/1.2", "aufs")
                .bytes());

    assertThat(Files.readString(Path.of(tree, "f"))).isEqualTo("mine");
    assertThat(Files.readString(Path.of(tree, "g"))).isEqualTo("mine");
    OverlayMarks marks = OverlayMarks.of(outside.toString());
    assertThat(marks.isOpaque(tree + "/d")).isTrue();
    assertThat(marks.isOpaque(tree + "/e")).isTrue();
    assertThat(FileStatus.of(tree + "/w").isWhiteout()).isTrue();
    assertThat(Posix.names(Posix.CWD, tree)).containsExactlyInAnyOrder("f", "g", "d", "e", "w");
  }
}
