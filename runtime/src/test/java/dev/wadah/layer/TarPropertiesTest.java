package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/** No archive crashes or hangs the reader, and none writes outside of its directory. */
class TarPropertiesTest {
  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "d",
          "d/",
          "d/a",
          "a/b",
          "d/d/d",
          ".",
          "./",
          "/",
          "..",
          "../outside/x",
          "a/../../outside/y",
          "OUTSIDE/precious",
          "a/precious",
          "d/OUTSIDE",
          ".wh.a",
          "d/.wh.a",
          ".wh..wh..opq",
          "a/.wh.precious",
          ".wh...",
          "\u00ff\u0080",
          "");

  private static final List<String> PAX =
      List.of(
          "path=d/long",
          "path=../outside/z",
          "path=a\0b",
          "linkpath=../outside/precious",
          "size=3",
          "size=-1",
          "size=99999999999999999999",
          "uid=4294967295",
          "mtime=1.5",
          "mtime=-99999999999.1",
          "mtime=x",
          "GNU.sparse.map=0,1,5,1",
          "GNU.sparse.size=10",
          "GNU.sparse.major=1",
          "GNU.sparse.minor=0",
          "GNU.sparse.name=d/sparse",
          "GNU.sparse.realsize=100",
          "SCHILY.xattr.user.x=1",
          "SCHILY.xattr.trusted.overlay.opaque=y",
          "SCHILY.xattr.security.capability=short",
          "SCHILY.devmajor=1",
          "=",
          "comment=");

  /** What an archive is made of. */
  private interface Piece {
    void addTo(TarBytes tar);
  }

  /** An archive, shown in a failure as text that a test can be made of. */
  @SuppressWarnings("ArrayRecordComponent")
  record Archive(byte[] bytes) {
    @Override
    public String toString() {
      return java.util.Base64.getEncoder().encodeToString(bytes).replaceAll("A{40,}", "...");
    }
  }

  private Path temp;
  private Path outside;
  private StoreFixture fixture;

  @BeforeProperty
  void open() throws IOException {
    temp = Files.createTempDirectory("wadah-tar-");
    outside = Files.createDirectory(temp.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "precious");
    fixture = new StoreFixture(temp.resolve("store"));
  }

  @AfterProperty
  void remove() throws IOException {
    Posix.removeTree(Posix.CWD, temp.toString());
  }

  private Arbitrary<String> names() {
    return Arbitraries.of(NAMES).map(name -> name.replace("OUTSIDE", outside.toString()));
  }

  private Arbitrary<Piece> pieces() {
    Arbitrary<Character> types = Arbitraries.of('0', '1', '2', '5', '6', '\0', '7', 'S', 'L', 'g');
    Arbitrary<String> texts = Arbitraries.of("", "x", "OUTSIDE", "5\n0\n1\n", "y".repeat(700));
    Arbitrary<Piece> entries =
        Combinators.combine(types, names(), names(), texts)
            .as(
                (type, name, link, text) ->
                    tar -> tar.entry(type, name, link, text.getBytes(TarPropertiesTest.LATIN)));
    Arbitrary<Piece> headers =
        Arbitraries.of(PAX).map(p -> p.split("=", 2)).map(p -> (Piece) tar -> tar.pax(p[0], p[1]));
    Arbitrary<Piece> devices =
        Combinators.combine(names(), Arbitraries.integers().between(0, 300))
            .as((name, number) -> tar -> tar.device('3', name, number, number));
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(6, entries),
        net.jqwik.api.Tuple.of(3, headers),
        net.jqwik.api.Tuple.of(1, devices));
  }

  private static final java.nio.charset.Charset LATIN =
      java.nio.charset.StandardCharsets.ISO_8859_1;

  @Provide
  @SuppressWarnings("ReturnValueIgnored") // each piece writes itself into the tar
  Arbitrary<Archive> archives() {
    return pieces()
        .list()
        .ofMaxSize(8)
        .map(
            list -> {
              TarBytes tar = new TarBytes();
              list.forEach(piece -> piece.addTo(tar));
              return new Archive(tar.bytes());
            });
  }

  /** Archives with some bytes changed, their check sums made right again. */
  @Provide
  Arbitrary<Archive> damaged() {
    Arbitrary<Integer> places = Arbitraries.integers().between(0, 4 * 512);
    Arbitrary<Byte> values = Arbitraries.bytes();
    return Combinators.combine(archives(), places.list().ofMaxSize(6), values.list().ofSize(6))
        .as(TarPropertiesTest::damaged);
  }

  private static Archive damaged(Archive archive, List<Integer> places, List<Byte> values) {
    byte[] changed = archive.bytes().clone();
    for (int i = 0; i < places.size(); i++) {
      int place = places.get(i);
      if (place < changed.length) {
        changed[place] = values.get(i);
        int header = place & -512;
        byte[] block = java.util.Arrays.copyOfRange(changed, header, header + 512);
        System.arraycopy(new TarBytes().block(block).unfinished(), 0, changed, header, 512);
      }
    }
    return new Archive(changed);
  }

  @Property(tries = 300)
  void unpacksInsideOrRefuses(@ForAll("archives") Archive archive) throws IOException {
    unpack(archive);
  }

  @Property(tries = 300)
  void unpacksInsideOrRefusesWhatIsDamaged(@ForAll("damaged") Archive archive) throws IOException {
    unpack(archive);
  }

  private void unpack(Archive archive) throws IOException {
    try {
      // an archive of nothing is the empty layer, which has no directory
      for (Path tree : fixture.layers.lowerDirectories(fixture.stack(archive.bytes()))) {
        assertThat(tree).startsWith(temp.resolve("store"));
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    assertThat(outside.toFile().list()).containsExactly("precious");
    assertThat(Files.readString(outside.resolve("precious"))).isEqualTo("precious");
    assertThat(temp.toFile().list()).containsExactlyInAnyOrder("store", "outside");
  }

  @Property(tries = 3000)
  void readsOrRefuses(@ForAll("damaged") Archive archive) {
    byte[] buffer = new byte[4096];
    try (TarReader reader = new TarReader(new ByteArrayInputStream(archive.bytes()))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        assertThat(entry.name()).isNotNull();
        assertThat(entry.sizeBytes()).isBetween(0L, TarReader.LONGEST_FILE_BYTES);
        // a sparse file may have more holes than anybody waits for
        for (int reads = 0; reads < 100 && reader.read(buffer, 0, buffer.length) > 0; ) {
          reads++;
        }
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
