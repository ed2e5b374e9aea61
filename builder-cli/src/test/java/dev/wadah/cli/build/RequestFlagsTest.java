package dev.wadah.cli.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestFlagsTest {
  @TempDir Path folder;

  private static BuildRequest parse(Map<String, String> environment, String... words)
      throws UsageException, CommandException {
    return new RequestFlags(BuildFlags.model().parse(List.of(words)), environment).parse();
  }

  @Test
  void takesBuildArgsWithoutValueFromTheEnvironmentAndLeavesUnsetOnesOut() throws Exception {
    BuildRequest request =
        parse(
            Map.of("A", "from env"),
            "--build-arg=A",
            "--build-arg",
            "B",
            "--build-arg",
            "C=c=d",
            ".");
    assertThat(request.target().buildArgs()).isEqualTo(Map.of("A", "from env", "C", "c=d"));
  }

  @Test
  void givesLabelsWithoutValueAnEmptyOne() throws Exception {
    assertThat(parse(Map.of(), "--label", "a", "--label=b=c", ".").naming().labels())
        .isEqualTo(Map.of("a", "", "b", "c"));
  }

  @Test
  void acceptsFlagsBehindTheContextAndTheLastOfARepeatedFlag() throws Exception {
    BuildRequest request = parse(Map.of(), ".", "--target", "one", "-f", "x", "--target=two");
    assertThat(request.context().context()).isEqualTo(".");
    assertThat(request.context().dockerfile()).isEqualTo(Optional.of("x"));
    assertThat(request.target().stage()).isEqualTo(Optional.of("two"));
  }

  @Test
  void takesAPullPolicyOnlyBehindAnEqualsSign() throws Exception {
    BuildRequest plain = parse(Map.of(), "--pull", ".");
    assertThat(plain.target().pull()).isEqualTo(PullPolicy.ALWAYS);
    assertThat(plain.context().context()).isEqualTo(".");
    assertThat(parse(Map.of(), "--pull=never", ".").target().pull()).isEqualTo(PullPolicy.NEVER);
    assertThat(parse(Map.of(), "--pull=false", ".").target().pull()).isEqualTo(PullPolicy.MISSING);
    assertThat(parse(Map.of(), ".").target().pull()).isEqualTo(PullPolicy.MISSING);
  }

  @Test
  void understandsSwitchesWithAValue() throws Exception {
    assertThat(parse(Map.of(), "--no-cache=false", ".").cache().noCache()).isFalse();
    assertThat(parse(Map.of(), "--no-cache=true", ".").cache().noCache()).isTrue();
  }

  @Test
  void readsPlatformsAsListsAndFromTheEnvironment() throws Exception {
    assertThat(
            parse(Map.of(), "--platform", "linux/amd64,linux/arm64/v8", ".").target().platforms())
        .isEqualTo(List.of(Platform.parse("linux/amd64"), Platform.parse("linux/arm64")));
    assertThat(parse(Map.of("DOCKER_DEFAULT_PLATFORM", "linux/arm64"), ".").target().platforms())
        .isEqualTo(List.of(Platform.parse("linux/arm64")));
  }

  @Test
  void readsTheEpoch() throws Exception {
    assertThat(parse(Map.of("SOURCE_DATE_EPOCH", "42"), ".").target().epoch())
        .isEqualTo(Optional.of(42L));
    assertThatThrownBy(() -> parse(Map.of("SOURCE_DATE_EPOCH", "noon"), "."))
        .isInstanceOf(UsageException.class);
  }

  @Test
  void readsLimits() throws Exception {
    BuildRequest request =
        parse(
            Map.of(),
            "-m",
            "512m",
            "--cpus=1.5",
            "--shm-size",
            "64k",
            "--ulimit",
            "nofile=1:2",
            ".");
    assertThat(request.steps().limits().memoryBytes()).isEqualTo(512L << 20);
    assertThat(request.steps().limits().cpus()).isEqualTo(1.5);
    assertThat(request.steps().limits().shmBytes()).isEqualTo(64 << 10);
    assertThat(request.steps().limits().ulimits()).containsExactly("nofile=1:2");
  }

  @Test
  void findsSecretsWhereBuildxFindsThem() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "k");
    Map<String, SecretSource> secrets =
        parse(
                Map.of("TOKEN", "t", "OTHER", "o"),
                "--secret",
                "id=file,src=" + file,
                "--secret",
                "id=env,env=OTHER",
                "--secret",
                "id=TOKEN",
                "--secret",
                "type=env,id=unset,env=UNSET",
                ".")
            .secrets()
            .secrets();
    assertThat(secrets.get("file")).isEqualTo(new SecretSource.File(file));
    assertThat(value(secrets.get("env"))).isEqualTo("o");
    assertThat(value(secrets.get("TOKEN"))).isEqualTo("t");
    assertThat(value(secrets.get("unset"))).isEmpty();
  }

  private static String value(SecretSource source) {
    return new String(((SecretSource.Value) source).value(), StandardCharsets.UTF_8);
  }

  @Test
  void takesAgentAndKeysForSsh() throws IOException, UsageException, CommandException {
    Path key = Files.writeString(folder.resolve("key"), "k");
    Map<String, List<Path>> ssh =
        parse(
                Map.of("SSH_AUTH_SOCK", key.toString()),
                "--ssh",
                "default",
                "--ssh",
                "deploy=" + key + "," + key,
                ".")
            .secrets()
            .ssh();
    assertThat(ssh).isEqualTo(Map.of("default", List.of(key), "deploy", List.of(key, key)));
  }

  @Test
  void treatsADashAsStandardInput() throws Exception {
    assertThat(parse(Map.of(), "-").context().context()).isEqualTo("-");
    assertThat(parse(Map.of(), "-f", "-", ".").context().dockerfile()).isEqualTo(Optional.of("-"));
    assertThat(parse(Map.of(), "-f-", ".").context().dockerfile()).isEqualTo(Optional.of("-"));
  }
}
