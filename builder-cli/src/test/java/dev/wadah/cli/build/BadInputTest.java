package dev.wadah.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code wadah build} makes of mistakes, of hostile contexts, and of files beyond all sense.
 */
@Timeout(60)
class BadInputTest {
  @TempDir Path folder;
  private Path context;
  private Cli cli;

  @BeforeEach
  void make() throws IOException {
    context = Files.createDirectories(folder.resolve("context/src")).getParent();
    Files.writeString(context.resolve("config.json"), "{}");
    Files.writeString(context.resolve("src/main.c"), "m");
    Files.writeString(context.resolve("secret.log"), "s");
    Files.writeString(context.resolve(".dockerignore"), "# logs\n*.log\n");
    cli = Cli.over(folder.resolve("store"));
  }

  private Cli.Result build(String dockerfile, String... words) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    Stream<String> line = Stream.of(Stream.of("build"), Stream.of(words)).flatMap(s -> s);
    return cli.run(Stream.concat(line, Stream.of(context.toString())).toArray(String[]::new));
  }

  static List<Arguments> mistakes() {
    return List.of(
        Arguments.of("RUM x", ":2:1: ", "did you mean RUN?"),
        Arguments.of("COPY --chwon=1 a b", ":2:6: ", "did you mean --chown?"),
        Arguments.of(
            "FROM scratch\nCOPY --from=bulid /a /", ":3:13: ", "did you mean the stage \"build\"?"),
        Arguments.of("FROM biuld", ":2:6: ", "did you mean the stage \"build\"?"),
        Arguments.of("RUN <<EOF\na\nEOFF", ":2:5: ", "did you mean \"EOFF\" (line 4)?"),
        Arguments.of("RUN --mount=type=bnd,target=/x x", ":2:13: ", "did you mean type=bind?"),
        Arguments.of("COPY confg.json /", ":2:6: ", "did you mean \"config.json\"?"),
        Arguments.of("COPY src/man.c /", ":2:6: ", "did you mean \"src/main.c\"?"),
        Arguments.of(
            "COPY secret.log /",
            ":2:6: ",
            "line 2 of .dockerignore hides it with the pattern \"*.log\""),
        Arguments.of("ADD config.json secret.log /", ":2:17: ", "add !secret.log below it"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void saysWhatWasMeant(String line, String place, String help) throws IOException {
    Cli.Result result = build("FROM scratch AS build\n" + line + "\n");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("Dockerfile" + place + "error: ", "why:", "try:", help);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iidfile", "metadata-file", "profile"})
  void saysBeforeABuildThatAFileCannotBeWritten(String flag) throws IOException {
    String steps = "FROM scratch\nCOPY config.json /\n";
    for (String bad : List.of(folder + "/none/out", folder.toString(), "/proc/out", "/", "a\0b")) {
      Cli.Result result = build(steps, "--" + flag, bad);

      assertThat(result.code()).as(bad).isEqualTo(2);
      assertThat(result.err()).contains("error: --" + flag + " \"").doesNotContain("#1 ");
    }
    assertThat(cli.run("images", "-aq").out()).isEmpty();

    assertThat(build(steps, "--" + flag, folder + "/out").code()).isZero();
    assertThat(folder.resolve("out")).isNotEmptyFile();
  }

  @Test
  void saysWhichTargetWasMeant() throws IOException {
    assertThat(build("FROM scratch AS build\n", "--target=buidl").err())
        .contains("target stage \"buidl\" could not be found", "did you mean \"build\"?");
  }

  @Test
  void copiesLinksThatLeadOutAsLinksAndFollowsNone() throws IOException {
    Path secret = Files.writeString(folder.resolve("outside"), "secret");
    Files.createSymbolicLink(context.resolve("src/file"), secret);
    Files.createSymbolicLink(context.resolve("src/up"), Path.of("../.."));
    Path out = folder.resolve("out");

    assertThat(build("FROM scratch\nCOPY src /src\n", "-o", out.toString()).code()).isZero();
    assertThat(Files.readSymbolicLink(out.resolve("src/file"))).isEqualTo(secret);
    assertThat(Files.readSymbolicLink(out.resolve("src/up"))).isEqualTo(Path.of("../.."));
    for (String source : List.of("src/file", "src/up/outside")) {
      Cli.Result result = build("FROM scratch\nCOPY " + source + " /x\n");
      assertThat(result.code()).as(source).isEqualTo(1);
      assertThat(result.err()).contains("not found").doesNotContain("secret\n");
    }
  }

  @Test
  void copiesPipesWithoutReadingThem() throws Exception {
    String pipe = context.resolve("src/pipe").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    Path out = folder.resolve("out.tar");

    assertThat(build("FROM scratch\nCOPY src/pipe /p\n", "-o", "type=tar,dest=" + out).code())
        .isZero();
    // the type of the only entry, a pipe
    assertThat(Files.readAllBytes(out)[156]).isEqualTo((byte) '6');
  }

  @Test
  void copiesNamesThatAreNoText() throws Exception {
    ProcessBuilder make =
        new ProcessBuilder("sh", "-c", "printf x > \"$(printf 'src/bad\\377name')\"");
    assertThat(make.directory(context.toFile()).start().waitFor()).isZero();
    Path out = folder.resolve("out");

    assertThat(build("FROM scratch\nCOPY src /src\n", "-o", out.toString()).code()).isZero();
    Process diff = new ProcessBuilder("diff", "-r", context + "/src", out + "/src").start();
    assertThat(diff.waitFor()).isZero();
  }

  @Test
  void refusesAFileThatNeverRests() throws Exception {
    Path file = Files.write(context.resolve("busy"), new byte[4 << 20]);
    Thread writer =
        new Thread(
            () -> {
              try {
                for (int i = 0; !Thread.interrupted(); i++) {
                  Files.setAttribute(
                      file,
                      "lastModifiedTime",
                      java.nio.file.attribute.FileTime.fromMillis(i),
                      LinkOption.NOFOLLOW_LINKS);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    writer.start();
    try {
      Cli.Result result = build("FROM scratch\nCOPY busy /\n");
      for (int i = 0; result.code() == 0 && i < 50; i++) {
        result = build("FROM scratch\nCOPY busy /\n", "--no-cache");
      }
      assertThat(result.err()).contains("changes while it is read").doesNotContain("\tat ");
    } finally {
      writer.interrupt();
      writer.join();
    }
  }

  @Test
  void survivesFilesBeyondAllSense() throws IOException {
    StringBuilder stages = new StringBuilder("FROM scratch AS s0\n");
    for (int i = 1; i < 1000; i++) {
      stages.append("FROM s").append(i - 1).append(" AS s").append(i).append("\nENV A=").append(i);
      stages.append('\n');
    }
    assertThat(build(stages.toString(), "--call=check").code()).isZero();
    String nested = "FROM scratch\nENV A=" + "'\"".repeat(10_000) + "'\n";
    assertThat(build(nested, "-q").code()).as("quotes that all end").isZero();
    Cli.Result chain = build(stages.toString(), "-q");
    assertThat(chain.code()).as(chain.err()).isZero();
    for (String line :
        List.of(
            "LABEL a=" + "x".repeat(1 << 20),
            "ENV A=" + "'\"".repeat(10_000) + "\"",
            "COPY --chown=" + "\"'".repeat(10_000) + " a b",
            "ENV A=" + "${A:-".repeat(10_000) + "}".repeat(10_000))) {
      Cli.Result result = build("FROM scratch\n" + line + "\n");
      assertThat(result.code()).as(line.substring(0, 20)).isEqualTo(1);
      assertThat(result.err()).contains("Dockerfile:2:", "error: ").doesNotContain("\tat ");
    }
  }
}
