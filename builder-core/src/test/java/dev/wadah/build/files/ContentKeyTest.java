package dev.wadah.build.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;
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
          right of the group       | miss | file /d/f 0664 0:0 x
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

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          umask 022                                     | 0644 0755 0644 0755 | hit
          umask 002                                     | 0664 0775 0664 0775 | hit
          umask 027                                     | 0640 0750 0640 0750 | hit
          umask 007                                     | 0660 0770 0660 0770 | hit
          umask 077                                     | 0600 0700 0600 0700 | hit
          umask 000                                     | 0666 0777 0666 0777 | hit
          another directory around it, open             | 0640 0750 0640 0777 | hit
          another directory around it, closed           | 0644 0755 0644 0700 | hit
          0600 among 0644                               | 0600 0755 0644 0755 | miss
          0644 among 0600, as the others elsewhere      | 0644 0700 0600 0700 | hit
          0664 among 0644                               | 0664 0755 0644 0755 | miss
          a program that only its owner may start       | 0644 0744 0644 0755 | miss
          a program that is none any more               | 0644 0644 0644 0755 | miss
          setuid                                        | 0644 04755 0644 0755 | miss
          """)
  void knowsCheckoutsByWhatGitKnowsOfModes(String what, String modes, String expected)
      throws Exception {
    String[] words = modes.split(" ", -1);
    assertThat(portable(words).equals(portable("0644", "0755", "0644", "0755")) ? "hit" : "miss")
        .isEqualTo(expected);
  }

  /** Modes of a file and a program that are copied, of what lies beside them, of the directory. */
  private static Digest portable(String... modes) throws Exception {
    int usual = Integer.parseInt(modes[2], 8);
    String directory = Integer.toOctalString(usual | ((usual >> 2) & 0111));
    MemoryTree tree =
        MemoryTree.of(
            """
            dir / %s 0:0
            file /f %s 0:0 x
            file /p %s 0:0 y
            file /Dockerfile %s 0:0 z
            dir /sub %s 0:0
            link /l f
            """
                .formatted(modes[3], modes[0], modes[1], modes[2], directory));
    FileAction.Copy copy = (FileAction.Copy) Actions.parse("COPY f p l /t").get(0);
    return FileActions.filesKey(tree, copy).portable(PortableModes.of(tree));
  }

  @Test
  void knowsNoUmaskWhereOnlyOneFileIs() throws Exception {
    MemoryTree lonely = MemoryTree.of("file /secret 0600 0:0 x");
    FileAction.Copy copy = (FileAction.Copy) Actions.parse("COPY secret /t").get(0);
    FilesKey key = FileActions.filesKey(lonely, copy);
    assertThat(key.portable(PortableModes.of(lonely))).isEqualTo(key.exact());
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
    Digest key = FileActions.filesKey(MemoryTree.of(tree), copy).exact();
    assertThat(List.of(key))
        .as("the same again")
        .contains(FileActions.filesKey(MemoryTree.of(tree), copy).exact());
    return key;
  }
}
