package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docker-behaviours 26, and the cache area of the conformance kit. */
class ContentKeyTest {
  private static final String BEFORE =
      """
      dir /d 0755 0:0
      file /d/f 0644 0:0 x
      file /d/g 0644 0:0 x
      link /d/l f
      file /other 0644 0:0 o
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          content of a file        | miss | file /d/f 0644 0:0 y
          mode of a file           | miss | file /d/f 0755 0:0 x
          a new file               | miss | file /d/n 0644 0:0 x
          a new empty directory    | miss | dir /d/empty
          target of a link         | miss | link /d/l g
          a file becomes a link    | miss | link /d/f g
          a file becomes a pipe    | miss | fifo /d/f
          a capability             | miss | cap /d/f 0102
          mode of a directory      | hit  | dir /d 0700 0:0
          owner of a file          | hit  | file /d/f 0644 7:8 x
          owner of a directory     | hit  | dir /d 0755 7:8
          two files become one     | hit  | same /d/g /d/f
          a file that is not read  | hit  | file /other 0600 1:1 changed
          a socket                 | hit  | socket /d/s
          """)
  void countsWhatDockerCounts(String what, String expected, String change) throws Exception {
    Digest before = key(BEFORE, "COPY d /t");
    Digest after = key(BEFORE + change, "COPY d /t");
    assertThat(after.equals(before) ? "hit" : "miss").isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          owner of a file          | miss | file /d/f 0644 7:8 x
          owner of a directory     | miss | dir /d 0755 7:8
          mode of a directory      | miss | dir /d 0700 0:0
          content of a file        | miss | file /d/f 0644 0:0 y
          nothing                  | hit  | file /d/f 0644 0:0 x
          """)
  void countsOwnersWhereTheyAreKept(String what, String expected, String change) throws Exception {
    Digest before = key(BEFORE, "COPY --from=s d /t");
    Digest after = key(BEFORE + change, "COPY --from=s d /t");
    assertThat(after.equals(before) ? "hit" : "miss").isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0} and {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          COPY d/f /t              | COPY d/g /t                | miss
          COPY d/f /t              | COPY /d//f /t              | hit
          COPY d/f d/g /t          | COPY d/g d/f /t            | miss
          COPY d /t                | COPY --exclude=g d /t      | miss
          COPY d /t                | COPY --exclude=none d /t   | hit
          COPY d/* /t              | COPY d/? /t                | miss
          COPY --parents d/f /t    | COPY --parents d/g /t      | miss
          """)
  void countsWhichSourcesAreRead(String one, String other, String expected) throws Exception {
    assertThat(key(BEFORE, one).equals(key(BEFORE, other)) ? "hit" : "miss").isEqualTo(expected);
  }

  private static Digest key(String tree, String action) throws Exception {
    FileAction.Copy copy = (FileAction.Copy) Actions.parse(action).get(0);
    Digest key = FileActions.contentKey(MemoryTree.of(tree), copy);
    assertThat(List.of(key))
        .as("the same again")
        .contains(FileActions.contentKey(MemoryTree.of(tree), copy));
    return key;
  }
}
