package dev.wadah.build.context;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.content.Store;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildContextsTest {
  private static final SecretRequest NO_SECRETS = new SecretRequest(Map.of(), Map.of());

  @TempDir Path temp;
  private Path context;

  @BeforeEach
  void makeContext() throws IOException {
    context = Files.createDirectory(temp.resolve("context"));
    write("Dockerfile", "FROM scratch\n");
  }

  private Path write(String path, String text) throws IOException {
    Path file = context.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private BuildContext.Main open(String... dockerfile) throws Exception {
    return open(InputStream.nullInputStream(), context.toString(), dockerfile);
  }

  private BuildContext.Main open(InputStream stdin, String where, String... dockerfile)
      throws Exception {
    ContextRequest request =
        new ContextRequest(where, List.of(dockerfile).stream().findFirst(), Map.of(), Map.of());
    return new BuildContexts(Store.open(temp.resolve("store")), stdin)
        .openMain(request, NO_SECRETS);
  }

  private Diagnostic fault(InputStream stdin, String where, String... dockerfile) {
    BuildException e =
        catchThrowableOfType(BuildException.class, () -> open(stdin, where, dockerfile));
    Diagnostic fault = e.diagnostics().get(0);
    assertThat(fault.why()).isNotBlank();
    assertThat(fault.remedy()).isNotBlank();
    return fault;
  }

  private Diagnostic fault(String... dockerfile) {
    return fault(InputStream.nullInputStream(), context.toString(), dockerfile);
  }

  static List<String> walk(FileTree tree) throws IOException {
    List<String> paths = new ArrayList<>();
    walk(tree, "/", paths);
    return paths;
  }

  private static void walk(FileTree tree, String path, List<String> paths) throws IOException {
    for (String name : tree.list(path)) {
      String child = path.equals("/") ? "/" + name : path + "/" + name;
      paths.add(child);
      if (tree.find(child).orElseThrow().isDirectory()) {
        walk(tree, child, paths);
      }
    }
  }

  @Test
  void readsADirectoryLazilyAndAsRoots() throws Exception {
    write("d/f", "x");
    Files.setPosixFilePermissions(
        context.resolve("d/f"), PosixFilePermissions.fromString("rwx---r--"));
    Files.createSymbolicLink(context.resolve("l"), Path.of("/not/there"));
    BuildContext.Main main = open();
    assertThat(main.dockerfile().name()).isEqualTo("Dockerfile");
    assertThat(main.dockerfile().text()).isEqualTo("FROM scratch\n");
    try (BuildContext opened = main.context()) {
      FileTree tree = opened.tree();
      assertThat(walk(tree)).containsExactly("/Dockerfile", "/d", "/d/f", "/l");
      FileNode file = tree.find("/d/f").orElseThrow();
      assertThat(file.mode()).isEqualTo(0704);
      assertThat(file.uid()).isZero();
      assertThat(tree.find("/l").orElseThrow().link()).isEqualTo("/not/there");
      assertThat(tree.find("/none")).isEmpty();
      assertThat(tree.find("/d/f/below")).isEmpty();
      try (InputStream in = tree.open("/d/f")) {
        assertThat(in.readAllBytes()).isEqualTo(new byte[] {'x'});
      }
      assertThat(opened.contentDigest("/d/f")).isEqualTo(Digest.of(new byte[] {'x'}));
      assertThat(tree.hostPath("/d/f")).contains(context.toRealPath().resolve("d/f"));
    }
  }

  @Test
  void opensNothingThroughALink() throws Exception {
    Files.createDirectory(temp.resolve("outside"));
    Files.writeString(temp.resolve("outside/secret"), "s");
    Files.createSymbolicLink(context.resolve("out"), temp.resolve("outside"));
    Files.createSymbolicLink(context.resolve("leaf"), temp.resolve("outside/secret"));
    try (BuildContext opened = open().context()) {
      for (String path : List.of("/out/secret", "/leaf")) {
        assertThat(catchThrowableOfType(IOException.class, () -> opened.tree().open(path)))
            .as(path)
            .isNotNull();
      }
    }
  }

  @Test
  void doesNotWaitForAPipe() throws Exception {
    assertThat(new ProcessBuilder("mkfifo", context.resolve("p").toString()).start().waitFor())
        .isZero();
    try (BuildContext opened = open().context()) {
      assertThat(opened.tree().find("/p").orElseThrow().type()).isEqualTo(FileNode.Type.FIFO);
      try (InputStream in = opened.tree().open("/p")) {
        assertThat(in.read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void refusesAFileThatHasChangedSinceItWasHashed() throws Exception {
    write("f", "one");
    try (BuildContext opened = open().context()) {
      assertThat(opened.contentDigest("/f")).isEqualTo(Digest.of("one".getBytes(UTF_8)));
      Thread.sleep(20);
      write("f", "two");
      IOException e =
          catchThrowableOfType(
              IOException.class,
              () -> {
                try (InputStream in = opened.tree().open("/f")) {
                  in.readAllBytes();
                }
              });
      assertThat(e).hasMessageContaining("changes while it is read");
    }
  }

  @Test
  void keepsNamesThatAreNoText() throws Exception {
    int done =
        new ProcessBuilder("sh", "-c", "printf x > \"$(printf 'bad\\377name')\"")
            .directory(context.toFile())
            .start()
            .waitFor();
    assertThat(done).isZero();
    try (BuildContext opened = open().context()) {
      String name = "/bad\udcffname";
      assertThat(walk(opened.tree())).contains(name);
      assertThat(opened.contentDigest(name)).isEqualTo(Digest.of(new byte[] {'x'}));
    }
  }

  @Test
  void obeysTheIgnoreFileAndSaysWhichLineHides() throws Exception {
    write(".dockerignore", "# comment\n*.log\nd\n!d/keep\n");
    write("a.log", "");
    write("d/keep", "");
    write("d/drop", "");
    write("e/b.log", "");
    try (BuildContext opened = open().context()) {
      assertThat(walk(opened.tree()))
          .containsExactly("/.dockerignore", "/Dockerfile", "/d", "/d/keep", "/e", "/e/b.log");
      assertThat(opened.hiddenBy("/a.log"))
          .contains(new BuildContext.Hidden(".dockerignore", 2, "*.log"));
      assertThat(opened.hiddenBy("d/drop"))
          .contains(new BuildContext.Hidden(".dockerignore", 3, "d"));
      assertThat(opened.hiddenBy("/d/keep")).isEmpty();
      assertThat(opened.hiddenBy("/not-there.log")).isEmpty();
      assertThat(opened.tree().find("/a.log")).isEmpty();
      assertThat(catchThrowableOfType(IOException.class, () -> opened.tree().open("/a.log")))
          .isNotNull();
    }
  }

  @Test
  void prefersTheIgnoreFileOfTheDockerfile() throws Exception {
    write(".dockerignore", "b");
    write("build/Special", "FROM busybox\n");
    write("build/Special.dockerignore", "build");
    write("b", "");
    BuildContext.Main main = open(context.resolve("build/Special").toString());
    assertThat(main.dockerfile().text()).isEqualTo("FROM busybox\n");
    try (BuildContext opened = main.context()) {
      assertThat(walk(opened.tree())).containsExactly("/.dockerignore", "/Dockerfile", "/b");
    }
  }

  @Test
  void takesADockerfileFromOutside() throws Exception {
    Path outside = Files.writeString(temp.resolve("Other"), "FROM outside\n");
    Files.writeString(temp.resolve("Other.dockerignore"), "Dockerfile");
    BuildContext.Main main = open(outside.toString());
    assertThat(main.dockerfile().text()).isEqualTo("FROM outside\n");
    try (BuildContext opened = main.context()) {
      assertThat(walk(opened.tree())).isEmpty();
    }
  }

  @Test
  void takesADockerfileFromTheContextWhereTheWorkingDirectoryHasNone() throws Exception {
    write("deep/er/Name", "FROM deep\n");
    assertThat(open("deep/er/Name").dockerfile().text()).isEqualTo("FROM deep\n");
  }

  @Test
  void takesADockerfileFromStdin() throws Exception {
    InputStream stdin = new ByteArrayInputStream("FROM stdin\n".getBytes(UTF_8));
    BuildContext.Main main = open(stdin, context.toString(), "-");
    assertThat(main.dockerfile().text()).isEqualTo("FROM stdin\n");
    assertThat(walk(main.context().tree())).containsExactly("/Dockerfile");
  }

  @Test
  void takesALowerCaseDockerfile() throws Exception {
    Files.move(context.resolve("Dockerfile"), context.resolve("dockerfile"));
    assertThat(open().dockerfile().text()).isEqualTo("FROM scratch\n");
  }

  @Test
  void pointsToADockerfileOfAnotherName() throws Exception {
    Files.move(context.resolve("Dockerfile"), context.resolve("Containerfile"));
    Diagnostic fault = fault();
    assertThat(fault.code()).isEqualTo("dockerfile-not-found");
    assertThat(fault.remedy()).contains("Containerfile").contains("-f");
  }

  @Test
  void refusesWhatIsNoContext() throws Exception {
    InputStream none = InputStream.nullInputStream();
    assertThat(fault(none, temp.resolve("none").toString()).message()).contains("does not exist");
    assertThat(fault(none, context.resolve("Dockerfile").toString()).message())
        .contains("is no directory");
    assertThat(fault(none, "\0").code()).isEqualTo("context-not-found");
    assertThat(fault(context.toString()).code()).isEqualTo("dockerfile-is-directory");
    assertThat(fault(none, "-", "-").code()).isEqualTo("stdin-twice");
    assertThat(fault(none, "-").code()).isEqualTo("empty-stdin");
  }

  @Test
  void saysWhatIsPipedInWhenItIsNoContext() throws IOException {
    byte[] zip = {'P', 'K', 3, 4, 20, 0, 0, 0, '\n', 1, 2, '\n', 3};
    assertThat(fault(new ByteArrayInputStream(zip), "-").code()).isEqualTo("stdin-no-text");

    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(tar)) {
      TarArchiveEntry entry = new TarArchiveEntry("Dockerfile");
      entry.setSize(2000);
      out.putArchiveEntry(entry);
      out.write(new byte[2000]);
      out.closeArchiveEntry();
    }
    Diagnostic cut = fault(new ByteArrayInputStream(tar.toByteArray(), 0, 1500), "-");
    assertThat(cut.code()).isEqualTo("bad-archive");
    assertThat(cut.why() + cut.remedy()).contains("context").doesNotContain("ADD");
  }

  @Test
  void namesEveryBadPattern() throws Exception {
    write(".dockerignore", "ok\n[a\n!\nx\\\n");
    BuildException e = catchThrowableOfType(BuildException.class, () -> open());
    assertThat(e.diagnostics())
        .extracting(d -> d.span().orElseThrow().startLine())
        .containsExactly(2, 3, 4);
    assertThat(e.diagnostics().get(0).message())
        .isEqualTo("syntax error in pattern \"[a\": \"[\" is never closed");
    assertThat(e.diagnostics().get(0).source().orElseThrow().name()).isEqualTo(".dockerignore");
  }

  @Test
  void opensANamedContextWithItsOwnIgnoreFile() throws Exception {
    write(".dockerignore", "*.log");
    write("a.log", "");
    BuildContexts contexts =
        new BuildContexts(Store.open(temp.resolve("store")), InputStream.nullInputStream());
    Map<String, String> named = Map.of("other", context.toString(), "none", context + "/nothere");
    ContextRequest request = new ContextRequest(".", Optional.empty(), named, Map.of());
    try (BuildContext opened = contexts.openNamed("other", request, NO_SECRETS)) {
      assertThat(walk(opened.tree())).containsExactly("/.dockerignore", "/Dockerfile");
    }
    BuildException e =
        catchThrowableOfType(
            BuildException.class, () -> contexts.openNamed("none", request, NO_SECRETS));
    assertThat(e.diagnostics().get(0).message()).contains("\"none\"").contains("nothere");
  }
}
