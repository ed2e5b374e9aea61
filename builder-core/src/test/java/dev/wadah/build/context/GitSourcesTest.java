package dev.wadah.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.content.Store;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitSourcesTest {
  @TempDir Path temp;
  private Path work;

  @BeforeEach
  void makeRepository() throws Exception {
    work = Files.createDirectory(temp.resolve("work"));
    Files.createDirectory(work.resolve("sub"));
    Files.writeString(work.resolve("f"), "1\n");
    Files.writeString(work.resolve("sub/g"), "s\n");
    Files.createDirectory(temp.resolve("elsewhere"));
    Files.createSymbolicLink(work.resolve("out"), Path.of("../elsewhere"));
    git("init", "-q", "-b", "main");
    commit("one");
    git("tag", "-a", "-m", "first", "v1");
    Files.writeString(work.resolve("f"), "2\n");
    commit("two");
    git("branch", "other", "HEAD~1");
  }

  private void commit(String message) throws Exception {
    git("add", ".");
    git("commit", "-q", "-m", message);
  }

  private String git(String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("git");
    builder.command().addAll(java.util.List.of(arguments));
    builder.directory(work.toFile()).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    for (String who : new String[] {"AUTHOR", "COMMITTER"}) {
      environment.put("GIT_" + who + "_NAME", "t");
      environment.put("GIT_" + who + "_EMAIL", "t@t.invalid");
      environment.put("GIT_" + who + "_DATE", "2020-01-01T00:00:00Z");
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  private GitRepository repository(String place, boolean keepGitDir) throws Exception {
    GitUrl parsed = GitUrl.parse("https://host.invalid/r.git" + place);
    GitUrl local =
        new GitUrl(
            work.toString(),
            parsed.ref(),
            parsed.subdir(),
            parsed.checksum(),
            parsed.keepGitDir(),
            parsed.submodules());
    return new GitRepository(
        Store.open(temp.resolve("store")),
        local,
        new GitProgram(local, new SecretRequest(Map.of(), Map.of()), Map.of()),
        keepGitDir);
  }

  private String file(String place, String name) throws Exception {
    GitRepository repository = repository(place, false);
    Path tree = repository.checkout(repository.commit(Optional.empty())).directory();
    return Files.readString(tree.resolve(name)).strip();
  }

  @ParameterizedTest
  @CsvSource({
    "'', f, 2",
    "#main, f, 2",
    "#v1, f, 1",
    "#other, f, 1",
    "#refs/heads/other, f, 1",
    "#refs/tags/v1, f, 1",
    "#main:sub, g, s",
    "#:sub, g, s",
    "?ref=v1, f, 1",
    "?tag=v1, f, 1",
    "?branch=other, f, 1",
    "?ref=main&subdir=sub, g, s",
    "?subdir=/sub/, g, s"
  })
  void checksOutWhatIsNamed(String place, String name, String content) throws Exception {
    assertThat(file(place, name)).isEqualTo(content);
  }

  @Test
  void checksOutACommitByItsDigits() throws Exception {
    assertThat(file("#" + git("rev-parse", "HEAD~1"), "f")).isEqualTo("1");
    assertThat(repository("#" + git("rev-parse", "HEAD~1"), false).commit(Optional.empty()))
        .isEqualTo(repository("#v1", false).commit(Optional.empty()));
  }

  @Test
  void leavesTheGitDirectoryOnlyWhenAsked() throws Exception {
    GitRepository without = repository("", false);
    String commit = without.commit(Optional.empty());
    assertThat(without.checkout(commit).directory().resolve(".git")).doesNotExist();
    GitRepository with = repository("", true);
    assertThat(with.checkout(commit).directory().resolve(".git/HEAD")).hasContent(commit);
    assertThat(with.key(commit)).isNotEqualTo(without.key(commit));
  }

  @Test
  void fetchesSubmodules() throws Exception {
    Path inner = Files.createDirectory(temp.resolve("inner"));
    Path outer = work;
    work = inner;
    Files.writeString(inner.resolve("i"), "in\n");
    git("init", "-q", "-b", "main");
    commit("inner");
    work = outer;
    git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.toString(), "m");
    commit("submodule");
    assertThat(file("", "m/i")).isEqualTo("in");
    GitRepository without = repository("?submodules=false", false);
    Path tree = without.checkout(without.commit(Optional.empty())).directory();
    assertThat(tree.resolve("m/i")).doesNotExist();
  }

  @Test
  void givesEveryFileTheTimeOfTheCommit() throws Exception {
    GitRepository repository = repository("", false);
    assertThat(repository.checkout(repository.commit(Optional.empty())).seconds())
        .isEqualTo(1_577_836_800L);
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    assertThat(fault("#nosuch")).contains("git-reference-not-found").contains("\"nosuch\"");
    assertThat(fault("#main:none")).contains("git-directory-not-found").contains("\"none\"");
    assertThat(fault("#main:out")).contains("git-directory-not-found");
    assertThat(fault("?ref=main&checksum=0123456")).contains("checksum-mismatch");
  }

  private String fault(String place) {
    BuildException e = catchThrowableOfType(BuildException.class, () -> file(place, "f"));
    return e.diagnostics().get(0).code() + ": " + e.getMessage();
  }

  @Test
  void takesAChecksumThatFits() throws Exception {
    String commit = git("rev-parse", "HEAD");
    GitRepository repository = repository("?checksum=" + commit.substring(0, 10), false);
    assertThat(repository.commit(Optional.of(commit))).isEqualTo(commit);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://h/r.git",
        "http://h/r.git#v1",
        "https://h/r.git?ref=x",
        "git://h/r",
        "ssh://git@h/r",
        "git@h.example:r.git",
        "git@h:r#main:sub"
      })
  void knowsARepository(String source) {
    assertThat(RemoteSources.isGit(source)).isTrue();
    assertThat(RemoteSources.isHttp(source)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://h/r.tar", "https://h/x.git.tar", "r.git", "./r.git", "a/b@c:d"})
  void knowsWhatIsNone(String source) {
    assertThat(RemoteSources.isGit(source)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "https://h/r.git?nosuch=1, unknown query \"nosuch\"",
        "https://h/r.git?ref=a#b, a reference stands behind both \"?\" and \"#\"",
        "https://h/r.git#--upload-pack=x, a reference does not begin with a dash",
        "https://h/r.git?checksum=zz, \"zz\" is no commit"
      })
  void refusesAMalformedPlace(String source, String fault) {
    BuildException e = catchThrowableOfType(BuildException.class, () -> GitUrl.parse(source));
    assertThat(e).hasMessageContaining("Git source \"%s\": %s", source, fault);
  }

  @Test
  void isLazy() throws IOException, BuildException {
    FileTree tree =
        new LazyTree(
            () -> {
              throw Refusals.refuse("c", "the repository has gone", "w", "r");
            });
    IOException e = catchThrowableOfType(IOException.class, () -> tree.list("/"));
    assertThat(e).hasMessage("the repository has gone");
  }
}
