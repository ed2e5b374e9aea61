package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.posix.Natives;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an ordinary user's wadah starts with, as a user that is made for it: its /etc/passwd and
 * /etc/subuid are seen in a mount namespace of the test only.
 */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class EnterTest {
  private static final String SHOW =
      "/usr/bin/id -u; /usr/bin/id -g; /bin/cat /proc/self/uid_map; echo ${WADAH_USER_NAMESPACE-none};"
          + " echo ${WADAH_NO_NAMESPACE-entered}";

  @TempDir Path directory;
  private Path enter;

  @BeforeEach
  void copyWhereEveryoneMayReadIt() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    enter = directory.resolve("enter");
    Files.copy(Natives.file("enter"), enter, StandardCopyOption.COPY_ATTRIBUTES);
    Files.setPosixFilePermissions(enter, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void mapsTheUserToRootAndItsRangesBehindIt() throws Exception {
    List<String> lines = asUser("7001:300000:1000\nother:1:9\ntester:400000:65536\n", "sh -c", "");
    assertThat(lines.subList(0, 2)).containsExactly("0", "0");
    assertThat(lines.subList(2, 5))
        .extracting(line -> line.strip().replaceAll(" +", " "))
        .containsExactly("0 7001 1", "1 300000 1000", "1001 400000 65536");
    assertThat(lines.subList(5, 7)).containsExactly("1", "entered");
  }

  @Test
  void runsTheProgramAsItIsWhereTheUserHasNoRange() throws Exception {
    List<String> lines = asUser("other:100000:65536\n", "sh -c", "");
    assertThat(lines.subList(0, 2)).containsExactly("7001", "7001");
    assertThat(lines.subList(lines.size() - 2, lines.size()))
        .containsExactly("none", "this user has no range of ids in /etc/subuid and /etc/subgid");
  }

  @Test
  void runsTheProgramAsItIsWhereNobodyWritesTheMap() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    List<String> lines = asUser("tester:100000:65536\n", "/bin/sh -c", "env PATH=" + empty + " ");
    assertThat(lines).contains("newuidmap and newgidmap are missing (Debian: uidmap)");
  }

  /** What {@link #SHOW} printed, run by enter as user 7001. */
  private List<String> asUser(String ranges, String shell, String before) throws Exception {
    Path passwd = directory.resolve("passwd");
    Files.writeString(passwd, "root:x:0:0::/root:/bin/sh\ntester:x:7001:7001::/:/bin/sh\n");
    Path subuid = Files.writeString(directory.resolve("subuid"), ranges);
    String prepare =
        "mount --bind %s /etc/passwd && mount --bind %s /etc/subuid && mount --bind %s /etc/subgid && exec"
            .formatted(passwd, subuid, subuid);
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c"));
    command.add(
        "%s setpriv --reuid=7001 --regid=7001 --clear-groups %s%s %s '%s'"
            .formatted(prepare, before, enter, shell, SHOW));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }
}
