package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** USER in all its forms, against files as images have them and as they should not have them. */
class UserLookupTest {
  private static final String PASSWD =
      """
      # a comment is no user
      root:x:0:0:root:/root:/bin/sh
      www-data:x:33:33:www-data:/var/www:/bin/false

      broken:x:abc:1::/:
      short:x:5
      4000:x:77:78::/seventy:/bin/sh
      nohome:x:90:91:::
      nobody:x:65534:65534:nobody:/home:/bin/false
      """;
  private static final String GROUP =
      """
      root:x:0:
      staff:x:50:nobody
      www-data:x:33:
      extra:x:77:www-data,nobody
      more:x:78:www-data
      bad:x:-3:www-data
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''              | 0     | 0     | 0        | /root
          root            | 0     | 0     | 0        | /root
          www-data        | 33    | 33    | 33 77 78 | /var/www
          33              | 33    | 33    | 33 77 78 | /var/www
          www-data:staff  | 33    | 50    | 50       | /var/www
          33:1            | 33    | 1     | 1        | /var/www
          5000            | 5000  | 0     | 0        | /
          5000:6000       | 5000  | 6000  | 6000     | /
          4000            | 4000  | 0     | 0        | /
          nohome          | 90    | 91    | 91       | /
          nobody          | 65534 | 65534 | 65534 50 77 | /home
          :staff          | 0     | 50    | 50       | /root
          2147483647      | 2147483647 | 0 | 0       | /
          """)
  void givesIdsAndGroups(String user, int uid, int gid, String groups, String home)
      throws IOException {
    UserIds ids = UserLookup.find(image(PASSWD, GROUP), user);
    assertThat(ids.uid()).isEqualTo(uid);
    assertThat(ids.gid()).isEqualTo(gid);
    assertThat(ids.groups().stream().map(String::valueOf)).containsExactly(groups.split(" "));
    assertThat(ids.home()).isEqualTo(home);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ghost", "broken", "short", "1:ghosts", "root:bad"})
  void namesWhatIsNotThere(String user) {
    String name = user.substring(user.indexOf(':') + 1);
    assertThatThrownBy(() -> UserLookup.find(image(PASSWD, GROUP), user))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("unable to find")
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2147483648", "-1", "0:99999999999", "4294967295"})
  void refusesIdsThatAreOutOfRange(String user) {
    assertThatThrownBy(() -> UserLookup.find(image(PASSWD, GROUP), user))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("range");
  }

  @Test
  void needsNoFilesForNumbers() throws IOException {
    FileTree empty = tree(Map.of());
    assertThat(UserLookup.find(empty, "12:34")).isEqualTo(new UserIds(12, 34, List.of(34), "/"));
    assertThat(UserLookup.find(empty, "")).isEqualTo(new UserIds(0, 0, List.of(0), "/"));
  }

  private static FileTree image(String passwd, String group) {
    return tree(Map.of("/etc/passwd", passwd, "/etc/group", group));
  }

  private static FileTree tree(Map<String, String> files) {
    return new FileTree() {
      @Override
      public Optional<FileNode> find(String path) {
        boolean directory = path.equals("/") || path.equals("/etc");
        String text = files.get(path);
        if (text == null && !directory) {
          return Optional.empty();
        }
        FileNode.Type type = directory ? FileNode.Type.DIRECTORY : FileNode.Type.FILE;
        long size = directory ? 0 : text.length();
        return Optional.of(new FileNode(type, 0644, 0, 0, size, 0, "", FileNode.Identity.PLAIN));
      }

      @Override
      public List<String> list(String path) {
        return List.of();
      }

      @Override
      public InputStream open(String path) {
        return new ByteArrayInputStream(files.get(path).getBytes(StandardCharsets.UTF_8));
      }
    };
  }
}
