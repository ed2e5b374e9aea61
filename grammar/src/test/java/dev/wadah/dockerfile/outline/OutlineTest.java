package dev.wadah.dockerfile.outline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutlineTest {
  private static final String FILE =
      """
      # syntax=docker/dockerfile:1
      # VERSION is what is built
      ARG VERSION=1.2
      ARG TAG=v${VERSION}
      ARG UNUSED=x

      # tools has the compiler
      FROM --platform=$BUILDPLATFORM base:${TAG} AS tools
      ARG TARGETARCH
      RUN --mount=type=cache,target=/root/.m2 --mount=type=secret,id=token,required x

      # app is what runs
      FROM scratch AS app
      # LEVEL says how loud
      ARG LEVEL=info HOME_DIR
      ARG VERSION
      ENV DIR=/c/$LEVEL
      RUN --mount=type=ssh --mount=type=secret,target=/run/x/netrc --mount=type=cache,id=$DIR,target=/y x
      COPY --from=tools /a /b

      FROM busybox AS other
      ARG OTHER=1
      RUN --mount=type=bind,from=1,target=/x --mount=type=ssh,id=deploy,required x

      FROM app
      """;

  private static Dockerfile parse(String text) throws DockerfileException {
    return DockerfileParser.parse(new SourceFile("Dockerfile", text));
  }

  private static Outline outline(int stage, Map<String, String> buildArgs)
      throws DockerfileException {
    Dockerfile file = parse(FILE);
    return Outline.of(
        file,
        file.stages().get(stage),
        buildArgs,
        Map.of("BUILDPLATFORM", "linux/amd64", "TARGETARCH", "amd64"));
  }

  private static List<String> args(Outline outline) {
    return outline.args().stream().map(arg -> arg.name() + "=" + arg.value().orElse("-")).toList();
  }

  @Test
  void listsTargetsWithTheirDescriptions() throws DockerfileException {
    List<Target> targets = Target.of(parse(FILE));
    assertThat(targets).hasSize(4);
    assertThat(targets.get(0).name()).contains("tools");
    assertThat(targets.get(0).description()).contains("has the compiler");
    assertThat(targets.get(0).platform()).contains("$BUILDPLATFORM");
    assertThat(targets.get(0).base()).isEqualTo("base:${TAG}");
    assertThat(targets).extracting(Target::isDefault).containsExactly(false, false, false, true);
    assertThat(targets.get(3).name()).isEmpty();
    assertThat(targets.get(2).description()).isEmpty();
  }

  @Test
  void listsArgsOfTheTargetAndOfWhatItNeeds() throws DockerfileException {
    assertThat(args(outline(1, Map.of())))
        .containsExactly("VERSION=1.2", "TAG=v1.2", "LEVEL=info", "HOME_DIR=-");
    assertThat(args(outline(0, Map.of()))).containsExactly("VERSION=1.2", "TAG=v1.2");
  }

  @Test
  void showsTheValuesOfThisBuild() throws DockerfileException {
    Outline outline = outline(1, Map.of("VERSION", "2", "HOME_DIR", "/h"));
    assertThat(args(outline)).contains("TAG=v2", "VERSION=2", "HOME_DIR=/h");
    assertThat(outline.cacheMounts()).extracting(Outline.CacheMount::id).contains("/c/info");
  }

  @Test
  void describesArgsByTheCommentAboveThem() throws DockerfileException {
    Outline outline = outline(1, Map.of());
    assertThat(outline.args().get(0).description()).contains("is what is built");
    assertThat(outline.args().get(2).description()).contains("says how loud");
    assertThat(outline.args().get(3).description()).isEmpty();
    assertThat(outline.description()).contains("is what runs");
  }

  @Test
  void listsSecretsAgentsAndCaches() throws DockerfileException {
    Outline outline = outline(1, Map.of());
    assertThat(outline.secrets())
        .extracting(Outline.Secret::id, Outline.Secret::required)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("token", true),
            org.assertj.core.groups.Tuple.tuple("netrc", false));
    assertThat(outline.sshAgents()).extracting(Outline.SshAgent::id).containsExactly("default");
    assertThat(outline.cacheMounts())
        .extracting(Outline.CacheMount::id)
        .containsExactly("/root/.m2", "/c/info");
  }

  @Test
  void followsMountsByIndexAndBasesByName() throws DockerfileException {
    assertThat(args(outline(2, Map.of()))).contains("OTHER=1", "LEVEL=info", "TAG=v1.2");
    assertThat(outline(2, Map.of()).sshAgents())
        .extracting(Outline.SshAgent::id)
        .containsExactly("default", "deploy");
    Outline last = outline(3, Map.of());
    assertThat(last.target()).isEqualTo(Optional.empty());
    assertThat(args(last)).contains("LEVEL=info").doesNotContain("OTHER=1");
  }

  @Test
  void survivesStagesThatNeedThemselves() throws DockerfileException {
    Dockerfile file = parse("FROM a AS a\nCOPY --from=0 x y\nCOPY --from=99 x y\nARG A\n");
    assertThat(args(Outline.of(file, file.stages().get(0), Map.of(), Map.of())))
        .containsExactly("A=-");
  }
}
