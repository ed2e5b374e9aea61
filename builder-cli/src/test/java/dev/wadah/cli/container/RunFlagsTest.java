package dev.wadah.cli.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.container.Attachment.Bind;
import dev.wadah.cli.container.Attachment.Missing;
import dev.wadah.cli.container.Attachment.Tmpfs;
import dev.wadah.cli.container.Attachment.Volume;
import dev.wadah.container.Capabilities;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFlagsTest {
  @TempDir Path folder;

  private static Arguments parse(String... words) throws UsageException {
    return RunFlags.model().parse(List.of(words));
  }

  @Test
  void leavesFlagsBehindTheImageToTheCommand() throws UsageException {
    Arguments arguments =
        parse("-i", "--rm", "-e", "A=b", "image", "ls", "-l", "--rm=false", "--", "x");
    assertThat(arguments.positional())
        .containsExactly("image", "ls", "-l", "--rm=false", "--", "x");
    assertThat(arguments.has("interactive")).isTrue();
    assertThat(arguments.has("rm")).isTrue();
  }

  @Test
  void readsClustersOfShortFlags() throws UsageException {
    Arguments arguments = parse("-itw/tmp", "-eA=b", "-e", "C", "image");
    assertThat(arguments.has("interactive")).isTrue();
    assertThat(arguments.has("tty")).isTrue();
    assertThat(arguments.value("workdir")).contains("/tmp");
    assertThat(arguments.values("env")).containsExactly("A=b", "C");
    assertThat(arguments.positional()).containsExactly("image");
  }

  @Test
  void readsVolumesAsDockerDoes() throws UsageException {
    assertThat(AttachmentFlags.volume("/a:/b"))
        .isEqualTo(new Bind(Path.of("/a"), "/b", false, Missing.MADE));
    assertThat(AttachmentFlags.volume("/a:/b/../c/:ro"))
        .isEqualTo(new Bind(Path.of("/a"), "/c", true, Missing.MADE));
    assertThat(AttachmentFlags.volume("name:/b")).isEqualTo(new Volume("name", "/b", false));
    assertThat(AttachmentFlags.volume("/only")).isEqualTo(new Volume("", "/only", false));
    assertThat(AttachmentFlags.mount("type=bind,src=/a,dst=/b,readonly"))
        .isEqualTo(new Bind(Path.of("/a"), "/b", true, Missing.REFUSED));
    assertThat(AttachmentFlags.mount("source=vol,destination=/b"))
        .isEqualTo(new Volume("vol", "/b", false));
    assertThat(AttachmentFlags.mount("type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700"))
        .isEqualTo(new Tmpfs("/t", 1 << 20, 0700, List.of()));
    assertThat(AttachmentFlags.tmpfs("/t:size=64k,mode=755,noexec"))
        .isEqualTo(new Tmpfs("/t", 64 << 10, 0755, List.of("noexec")));
  }

  @ParameterizedTest
  @ValueSource(strings = {":/b", "/a:b", "/a:/", "/a:/b:wo", "na me:/b", "/a:/b:/c:/d"})
  void refusesVolumesThatMeanNothing(String text) {
    assertThatThrownBy(() -> AttachmentFlags.volume(text)).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type=bind,dst=/b",
        "type=npipe,src=/a,dst=/b",
        "src=/a",
        "type=bind,frob=1,dst=/b"
      })
  void refusesMountsThatMeanNothing(String text) {
    assertThatThrownBy(() -> AttachmentFlags.mount(text)).isInstanceOf(UsageException.class);
  }

  @Test
  void addsAndDropsCapabilities() throws UsageException {
    assertThat(Security.of(parse("i")).capabilities()).isEqualTo(Capabilities.DEFAULT);
    assertThat(Security.of(parse("--cap-drop", "ALL", "--cap-add=net_admin", "i")).capabilities())
        .containsExactly("CAP_NET_ADMIN");
    assertThat(Security.of(parse("--cap-add", "ALL", "--cap-drop", "CHOWN", "i")).capabilities())
        .hasSize(Capabilities.all().size() - 1)
        .doesNotContain("CAP_CHOWN");
    assertThat(Security.of(parse("--cap-drop", "chown,kill", "i")).capabilities())
        .hasSize(Capabilities.DEFAULT.size() - 2);
  }

  @Test
  void readsSecurityOptions() throws UsageException {
    SecuritySpec usual = Security.of(parse("i"));
    assertThat(usual.seccomp()).isTrue();
    assertThat(usual.noNewPrivileges()).isFalse();
    SecuritySpec other =
        Security.of(
            parse(
                "--security-opt",
                "seccomp=unconfined",
                "--security-opt",
                "no-new-privileges",
                "i"));
    assertThat(other.seccomp()).isFalse();
    assertThat(other.noNewPrivileges()).isTrue();
    SecuritySpec privileged = Security.of(parse("--privileged", "i"));
    assertThat(privileged.capabilities()).isEqualTo(Capabilities.all());
    assertThat(privileged.seccomp()).isFalse();
    assertThat(privileged.privileged()).isTrue();
  }

  @Test
  void readsVariableFilesAsDockerDoes() throws IOException, CommandException {
    Path file =
        write("\ufeff# comment\r\n  A=b c \r\n\n\tB=\"quoted\" # kept\nC\nUNSET\nD=\nE=x=y\n");
    assertThat(EnvironmentFile.read(file, Map.of("C", "from env")))
        .containsExactly("A=b c ", "B=\"quoted\" # kept", "C=from env", "D=", "E=x=y");
  }

  @ParameterizedTest
  @ValueSource(strings = {"=x", "A=1\na b=2", "a\tb"})
  void namesTheLineOfABadVariableFile(String text) throws IOException {
    Path file = write(text);
    assertThatThrownBy(() -> EnvironmentFile.read(file, Map.of()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(file + ":");
  }

  private Path write(String text) throws IOException {
    return Files.write(folder.resolve("vars"), text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void mergesVariablesInDockersOrder() throws Exception {
    Path file = write("FILE=1\nBOTH=file\n");
    Arguments arguments =
        parse(
            "-t",
            "--env-file",
            file.toString(),
            "-e",
            "BOTH=flag",
            "-e",
            "IMAGE",
            "-e",
            "OWN",
            "i");
    assertThat(
            Variables.read(arguments, Map.of("OWN", "o"))
                .over(List.of("PATH=/bin", "IMAGE=x", "KEPT=1"), "box"))
        .containsExactly(
            "PATH=/bin", "HOSTNAME=box", "TERM=xterm", "KEPT=1", "FILE=1", "BOTH=flag", "OWN=o");
  }
}
