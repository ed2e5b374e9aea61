package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.SandboxException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers that cannot start: each says what, why, and with which of docker's exit codes. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class LaunchFailureTest {
  @TempDir Path directory;
  private BusyboxRoot box;

  @BeforeEach
  void makeRoot() throws IOException {
    box = new BusyboxRoot(directory);
    write("plain", "echo x\n", "rw-r--r--");
    write("noshebang", "echo x\n", "rwxr-xr-x");
    write("lost", "#!/no/such/interpreter\n", "rwxr-xr-x");
    write("forroot", "#!/bin/sh\necho x\n", "rwx------");
    Files.createDirectories(box.lower.resolve("etc/dir"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nosuchprogram | NOT_FOUND      | "nosuchprogram": executable file not found in PATH (/bin)
          /bin/nosuch   | NOT_FOUND      | "/bin/nosuch": no such file or directory
          ''            | NOT_FOUND      | not found in PATH
          /etc/plain/x  | NOT_FOUND      | no such file or directory
          /etc/plain    | NOT_EXECUTABLE | permission denied
          /etc/dir      | NOT_EXECUTABLE | is a directory
          /etc          | NOT_EXECUTABLE | is a directory
          /etc/lost     | NOT_FOUND      | interpreter
          /etc/noshebang | NOT_EXECUTABLE | exec format error
          """)
  void saysWhyTheProgramDoesNotStart(String program, Kind kind, String words) {
    assertThat(failure(box.options(), List.of(program, "x")))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          overlay | EINVAL | filesystem on ./upper not supported as upperdir | best on a volume, with WADAH_HOME or --root
          clone   | EPERM  | ''                                              | needs to be root with CAP_SYS_ADMIN
          """)
  void saysWhatTheMachineLacks(String operation, String error, String detail, String remedy) {
    LauncherReport.Failure failure =
        new LauncherReport.Failure(operation, "call", "path", error, "reason", detail);
    assertThat(LaunchFailures.toException(failure, null))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.SETUP))
        .hasMessageContaining(remedy)
        .hasMessageContaining(error);
  }

  @Test
  void takesTheRightsOfTheUserForExecuting() {
    Options options = box.options();
    options.user = new UserIds(1000, 1000, List.of(1000), "/");
    assertThat(failure(options, List.of("/etc/forroot")))
        .hasMessageContaining("permission denied")
        .hasMessageContaining("1000");
  }

  @Test
  void passesOverWhatIsNotExecutableAlongThePath() throws IOException {
    Files.createDirectories(box.lower.resolve("first"));
    Files.writeString(box.lower.resolve("first/echo"), "not me");
    Files.createDirectories(box.lower.resolve("second/echo"));
    Options options = box.options();
    options.env = List.of("PATH=/nowhere:/first:/second:/bin");
    assertThat(box.run(options, List.of("echo", "found")).out()).isEqualTo("found\n");
  }

  @Test
  void findsARelativeProgramFromTheWorkingDirectory() throws IOException {
    write("tool", "#!/bin/sh\npwd\n", "rwxr-xr-x");
    Options options = box.options();
    options.directory = "/etc";
    assertThat(box.run(options, List.of("./tool")).out()).isEqualTo("/etc\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          /etc/plain     | working directory
          /etc/plain/sub | working directory
          /proc/self/fd/5 | working directory
          """)
  void refusesAWorkingDirectoryThatIsNone(String path, String words) {
    Options options = box.options();
    options.directory = path;
    assertThat(failure(options, List.of("true")))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.SETUP))
        .hasMessageContaining(words)
        .hasMessageContaining(path);
  }

  @Test
  void namesAMountSourceThatIsMissing() {
    Options options = box.options();
    options.mounts = List.of(new MountSpec.Bind(directory.resolve("nope"), "/m", true, false));
    assertThat(failure(options, List.of("true")))
        .hasMessageContaining("nope")
        .hasMessageContaining("ENOENT");
  }

  @Test
  void namesALayerThatIsMissing() {
    Options options = box.options();
    options.root =
        new dev.wadah.snapshot.Snapshotter.RootMount(
            List.of(box.lower, directory.resolve("gone")),
            options.root.upper(),
            options.root.work());
    assertThat(failure(options, List.of("true")))
        .hasMessageContaining("root file system")
        .hasMessageContaining("gone");
  }

  @ParameterizedTest
  @CsvSource({
    "nofile, is no ulimit",
    "bogus=1, is no ulimit",
    "nofile=x, is no limit",
    "nofile=2:1, above the hard",
    "nofile=-2, is no limit",
    "nofile=1:2:3, above the hard"
  })
  void refusesMalformedLimits(String limit, String words) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Limits(0, 0, 0, 0, List.of(limit)))
        .withMessageContaining(words);
  }

  @Test
  void refusesArgumentsThatNoKernelCanTake() {
    assertThat(failure(box.options(), List.of("echo", "a\0b"))).hasMessageContaining("NUL");
  }

  @Test
  void leavesNoProcessWhenItFails() {
    failure(box.options(), List.of("nosuchprogram"));
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private SandboxException failure(Options options, List<String> arguments) {
    return catchThrowableOfType(SandboxException.class, () -> box.run(options, arguments));
  }

  private void write(String name, String text, String mode) throws IOException {
    Path file = Files.writeString(box.lower.resolve("etc").resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
