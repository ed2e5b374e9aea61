package dev.wadah.dockerfile.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.Span;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.TestFolders;
import dev.wadah.dockerfile.check.CheckContext.Base;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuildChecksTest {
  private static final String ROOM = "checks";
  private static final Pattern IMAGE =
      Pattern.compile("[a-z0-9]+([./_-]+[a-z0-9]+)*(:[\\w.-]+)?(@sha256:[0-9a-f]{64})?");
  private static final Map<String, Base> BASES =
      Map.of(
          "with-shell", new Base(Map.of(), true, List.of()),
          "with-env", new Base(Map.of("FROM_BASE", "1", "PATH", "/bin"), false, List.of()),
          "with-trigger",
              new Base(Map.of(), false, List.of("CMD [\"earlier\"]", "LABEL a=$NOPE", "BOGUS")));

  static List<String> cases() {
    return TestFolders.cases(ROOM);
  }

  private static Map<String, String> platformArgs() {
    Map<String, String> args = new HashMap<>();
    for (String side : List.of("BUILD", "TARGET")) {
      args.put(side + "PLATFORM", "linux/amd64");
      args.put(side + "OS", "linux");
      args.put(side + "ARCH", "amd64");
      args.put(side + "VARIANT", "");
    }
    args.put("TARGETSTAGE", "default");
    return args;
  }

  private static CheckContext context(Map<String, String> buildArgs, IntPredicate stages) {
    return new CheckContext(
        buildArgs,
        platformArgs(),
        stages,
        (Stage stage) -> Optional.ofNullable(BASES.get(stage.from().image().text())),
        path -> path.equals("hidden") || path.startsWith("hidden/"),
        name -> IMAGE.matcher(name).matches());
  }

  private static List<Diagnostic> run(String text, Map<String, String> buildArgs)
      throws DockerfileException {
    Dockerfile file = DockerfileParser.parse(new SourceFile("Dockerfile", text));
    return BuildChecks.run(file, CheckOptions.of(file, buildArgs), context(buildArgs, i -> true));
  }

  private static String show(List<Diagnostic> findings) {
    StringBuilder out = new StringBuilder();
    for (Diagnostic finding : findings) {
      Span span = finding.span().orElseThrow();
      out.append(finding.code()).append(" line ").append(span.startLine()).append(": ");
      out.append(finding.message()).append('\n');
    }
    return out.toString();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void findsWhatDockerFinds(String name) throws DockerfileException {
    String text = TestFolders.dockerfile(ROOM, name).text();
    TestFolders.assertGolden(
        TestFolders.file(ROOM, name, "findings.txt"), show(run(text, Map.of())));
  }

  @Test
  void hasACaseForEveryRule() throws DockerfileException {
    Set<CheckRule> missing = EnumSet.allOf(CheckRule.class);
    for (String name : cases()) {
      String findings = TestFolders.read(TestFolders.file(ROOM, name, "findings.txt"));
      missing.removeIf(rule -> findings.contains(rule.id() + " line"));
    }
    assertThat(missing).isEmpty();
    assertThat(CheckRule.values()).hasSize(21);
  }

  @Test
  void namesThePageOfEveryRule() {
    assertThat(Arrays.stream(CheckRule.values()).map(CheckRule::url))
        .doesNotHaveDuplicates()
        .allMatch(url -> url.matches("https://docs\\.docker\\.com/go/dockerfile/rule/[a-z-]+/"));
    assertThat(CheckRule.JSON_ARGS_RECOMMENDED.url()).endsWith("/json-args-recommended/");
  }

  @Test
  void leavesStagesAloneThatAreNotBuilt() throws DockerfileException {
    String text = "FROM busybox AS A\nWORKDIR rel\nLABEL x=$NOPE\nFROM busybox AS b\nUSER $NADA\n";
    Dockerfile file = DockerfileParser.parse(new SourceFile("Dockerfile", text));
    List<Diagnostic> findings =
        BuildChecks.run(file, CheckOptions.defaults(), context(Map.of(), i -> i == 1));
    assertThat(show(findings))
        .isEqualTo(
            """
            StageNameCasing line 1: Stage name 'A' should be lowercase
            UndefinedVar line 5: Usage of undefined variable '$NADA'
            """);
  }

  @Test
  void judgesDefaultsEvenWhenABuildArgIsGiven() throws DockerfileException {
    assertThat(run("ARG TAG\nFROM busybox:$TAG\n", Map.of("TAG", "latest")))
        .extracting(Diagnostic::code)
        .containsExactly("InvalidDefaultArgInFrom");
  }

  @Test
  void usesTheValueOfABuildArg() throws DockerfileException {
    assertThat(run("FROM busybox\nARG D\nWORKDIR $D\n", Map.of("D", "rel")))
        .extracting(Diagnostic::code)
        .containsExactly("WorkdirRelativePath");
  }

  @Test
  void prefersTheBuildArgToTheDirective() throws DockerfileException {
    String text = "# check=error=true\nFROM busybox AS Upper\n";
    assertThat(run(text, Map.of(CheckOptions.BUILD_ARG, "skip=all"))).isEmpty();
    Dockerfile file = DockerfileParser.parse(new SourceFile("Dockerfile", text));
    assertThat(CheckOptions.of(file, Map.of()).findingsAreErrors()).isTrue();
    assertThat(CheckOptions.of(file, Map.of(CheckOptions.BUILD_ARG, "")).findingsAreErrors())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bogus=1", "skip", "error=maybe", "Skip=all", "all", "skip=A;bogus"})
  void refusesMalformedOptions(String options) throws DockerfileException {
    assertThatThrownBy(() -> CheckOptions.parse(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("check option");
    Dockerfile file =
        DockerfileParser.parse(new SourceFile("Dockerfile", "# check=" + options + "\nFROM x\n"));
    assertThatThrownBy(() -> CheckOptions.of(file, Map.of()))
        .isInstanceOf(DockerfileException.class)
        .hasMessageContaining("failed to parse check options");
  }

  @Test
  void parsesOptionsWithBlanks() {
    CheckOptions options = CheckOptions.parse(" skip = A , B ; error = t ;experimental=all");
    assertThat(options.skip()).containsExactlyInAnyOrder("A", "B");
    assertThat(options.findingsAreErrors()).isTrue();
    assertThat(options.isOn(CheckRule.INVALID_DEFINITION_DESCRIPTION)).isTrue();
    assertThat(options.isOn(CheckRule.STAGE_NAME_CASING)).isTrue();
  }
}
