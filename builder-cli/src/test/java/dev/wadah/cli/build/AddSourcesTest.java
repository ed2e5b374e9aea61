package dev.wadah.cli.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.Cli;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ADD from web servers and repositories, from the command line to the files. */
class AddSourcesTest {
  @TempDir Path folder;
  private Path www;
  private Web web;
  private Web other;
  private Cli cli;

  @BeforeEach
  void serve() throws IOException {
    www = Files.createDirectories(folder.resolve("www/private")).getParent();
    web = new Web(www);
    other = new Web(www);
    cli = Cli.over(folder.resolve("store"));
  }

  @AfterEach
  void stop() {
    web.close();
    other.close();
  }

  private Cli.Result build(String instruction, Path out, String... words) throws IOException {
    Path context = Files.createDirectories(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\n" + instruction + "\n");
    List<String> line = new ArrayList<>(List.of("build", "--progress=plain", "-o", out.toString()));
    line.addAll(List.of(words));
    line.add(context.toString());
    return cli.run(line.toArray(String[]::new));
  }

  private Path built(String instruction, String... words) throws IOException {
    Path out = Files.createTempDirectory(folder, "out");
    Cli.Result result = build(instruction, out, words);
    assertThat(result.code()).as(result.err()).isZero();
    return out;
  }

  private String refused(String instruction, String... words) throws IOException {
    Cli.Result result = build(instruction, folder.resolve("none"), words);
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.err()).contains("Dockerfile:2:", "error: ", "why:", "try:");
    return result.err();
  }

  @Test
  void asksTheServerWhetherAFileHasChanged() throws IOException {
    Files.writeString(www.resolve("f"), "one");
    String add = "ADD %s /".formatted(web.url("f"));
    Path out = built(add);
    assertThat(out.resolve("f")).hasContent("one");
    assertThat(Files.getLastModifiedTime(out.resolve("f")).toMillis())
        .isEqualTo(1_049_522_828_000L);

    Cli.Result again = build(add, folder.resolve("again"));
    assertThat(again.err()).contains("CACHED");
    assertThat(web.asked("/f")).isEqualTo(2);
    Files.writeString(www.resolve("f"), "two");
    assertThat(built(add).resolve("f")).hasContent("two");
  }

  @Test
  void enforcesAChecksum() throws IOException {
    Files.writeString(www.resolve("f"), "text");
    String right = Digest.of("text".getBytes(UTF_8)).toString();
    String wrong = Digest.of("other".getBytes(UTF_8)).toString();

    assertThat(refused("ADD --checksum=%s %s /".formatted(wrong, web.url("f"))))
        .contains("digest mismatch", right, wrong);
    assertThat(built("ADD --checksum=%s %s /g".formatted(right, web.url("f"))).resolve("g"))
        .hasContent("text");
    // the second refusal comes from what is here already, the second build needs no server
    assertThat(refused("ADD --checksum=%s %s /".formatted(wrong, web.url("f"))))
        .contains("digest mismatch");
    web.close();
    assertThat(built("ADD --checksum=%s %s /h".formatted(right, web.url("f"))).resolve("h"))
        .hasContent("text");
    assertThat(refused("ADD %s /".formatted(web.url("f")))).contains("cannot be fetched");
  }

  @Test
  void keepsCredentialsFromTheHostThatARedirectLeadsTo() throws IOException {
    Files.writeString(www.resolve("f"), "open");
    Files.writeString(www.resolve("private/f"), "secret");
    cli.with("TOKEN", "t0ken");
    String secret = "--secret=id=HTTP_AUTH_TOKEN_127.0.0.1,env=TOKEN";

    assertThat(refused("ADD %s /".formatted(web.url("private/f"))))
        .contains("401", "HTTP_AUTH_TOKEN");
    assertThat(built("ADD %s /".formatted(web.url("private/f")), secret).resolve("f"))
        .hasContent("secret");
    assertThat(
            built("ADD %s /".formatted(web.url("to/" + other.port() + "/f")), secret).resolve("f"))
        .hasContent("open");
    assertThat(web.seen).contains("GET /to/" + other.port() + "/f " + Web.BEARER);
    assertThat(other.seen).containsExactly("GET /f null");
    assertThat(refused("ADD %s /".formatted(web.url("to/" + other.port() + "/private/f")), secret))
        .contains("401")
        .doesNotContain("t0ken");
  }

  @Test
  void addsARepository() throws Exception {
    GitFixture inner = new GitFixture(folder.resolve("inner"));
    inner.commit(Map.of("i", "inner"));
    inner.publish(www.resolve("git/inner.git"));
    GitFixture git = new GitFixture(folder.resolve("work"));
    git.run("submodule", "--quiet", "add", web.url("git/inner.git"), "m");
    git.commit(Map.of("f", "one", "sub/g", "g"));
    String first = git.run("rev-parse", "HEAD");
    git.run("tag", "v1");
    git.commit(Map.of("f", "two"));
    git.publish(www.resolve("git/r.git"));
    String url = web.url("git/r.git");

    Path out = built("ADD %s /src".formatted(url));
    assertThat(out.resolve("src/f")).hasContent("two");
    assertThat(out.resolve("src/m/i")).hasContent("inner");
    assertThat(out.resolve("src/.git")).doesNotExist();
    assertThat(built("ADD %s#v1:sub /src".formatted(url)).resolve("src/g")).hasContent("g");
    assertThat(built("ADD %s?ref=v1&subdir=sub /src".formatted(url)).resolve("src/g"))
        .hasContent("g");
    Path kept = built("ADD --keep-git-dir=true %s#v1 /src".formatted(url));
    assertThat(kept.resolve("src/f")).hasContent("one");
    assertThat(kept.resolve("src/.git/HEAD")).hasContent(first);
    assertThat(built("ADD %s?submodules=false /src".formatted(url)).resolve("src/m/i"))
        .doesNotExist();
    assertThat(built("ADD --checksum=%s %s#v1 /src".formatted(first, url)).resolve("src/f"))
        .hasContent("one");
    assertThat(refused("ADD --checksum=%s %s#main /src".formatted(first, url)))
        .contains("expected checksum to match " + first);
    assertThat(refused("ADD %s#main:nosuch /src".formatted(url)))
        .contains("no directory", "nosuch");
    assertThat(build("ADD %s /src".formatted(url), folder.resolve("again")).err())
        .contains("CACHED");
    git.commit(Map.of("f", "three"));
    git.run("push", "-q", www.resolve("git/r.git").toString(), "main");
    assertThat(built("ADD %s /src".formatted(url)).resolve("src/f")).hasContent("three");
  }

  @Test
  void authorizesItselfAtARepositorysHostOnly() throws Exception {
    GitFixture git = new GitFixture(folder.resolve("work"));
    git.commit(Map.of("f", "secret"));
    git.publish(www.resolve("git/private.git"));
    String add = "ADD %s /".formatted(web.url("git/private.git"));
    cli.with("TOKEN", "t0ken").with("HEADER", Web.BEARER).with("WRONG", "wr0ng");

    assertThat(refused(add)).contains("GIT_AUTH_TOKEN");
    for (String id :
        List.of(
            "GIT_AUTH_TOKEN",
            "GIT_AUTH_TOKEN.127.0.0.1",
            "GIT_AUTH_TOKEN.127.0.0.1:" + web.port())) {
      cli = Cli.over(folder.resolve("store " + id)).with("TOKEN", "t0ken");
      assertThat(built(add, "--secret=type=env,id=%s,env=TOKEN".formatted(id)).resolve("f"))
          .as(id)
          .hasContent("secret");
    }
    cli.with("HEADER", Web.BEARER).with("WRONG", "wr0ng");
    assertThat(built(add, "--secret=id=GIT_AUTH_HEADER,env=HEADER").resolve("f"))
        .hasContent("secret");
    // the token of the host wins over the one for all, and that of another host is not sent
    assertThat(
            built(
                    add,
                    "--secret=id=GIT_AUTH_TOKEN,env=WRONG",
                    "--secret=id=GIT_AUTH_TOKEN.127.0.0.1,env=TOKEN")
                .resolve("f"))
        .hasContent("secret");
    web.seen.clear();
    assertThat(refused(add, "--secret=id=GIT_AUTH_TOKEN.other.invalid,env=TOKEN"))
        .doesNotContain("t0ken");
    assertThat(web.seen).isNotEmpty().allMatch(line -> line.endsWith(" null"));
  }
}
