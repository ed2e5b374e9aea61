package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that lies on an overlay, as in a pod without a volume. The overlay is mounted in a mount
 * namespace of a shell's own, with which it goes.
 */
@Tag("linux")
class OverlayStoreTest {
  private static final String DOCKERFILE =
      """
      FROM box AS base
      RUN mkdir -p d/sub o x && echo 1 > d/f && echo 2 > d/sub/g && echo 3 > o/h && echo 4 > gone \
       && echo 5 > l1 && busybox ln l1 l2 && busybox find d o x gone l1 -exec touch -h -d @1700000000 {} +
      FROM base
      RUN rm -r gone d/sub o && mkdir o && echo new > o/n && echo more >> l1 && echo a > a \
       && busybox ln a b && busybox find d o l1 a -exec touch -h -d @1700000000 {} +
      COPY Dockerfile /x/
      RUN --mount=type=bind,from=base,target=/from --mount=type=cache,target=/c \
       cat /from/d/sub/g l2 a b x/Dockerfile > all && ls -R d o >> all && echo mine > /c/n \
       && touch -d @1700000000 all && cat l2 && rm b && echo only >> a && touch -d @1700000000 a
      RUN --mount=type=bind,from=base,target=/from,rw echo w > /from/w && cat a && ls / && rm x/Dockerfile \
       && touch -d @1700000000 x
      """;

  @TempDir Path temp;
  private Path context;

  @BeforeEach
  void writeContext() throws Exception {
    Assumptions.assumeTrue(BoxImage.usable(), "needs root and busybox");
    context = Files.createDirectories(temp.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), DOCKERFILE);
    Files.setLastModifiedTime(
        context.resolve("Dockerfile"),
        java.nio.file.attribute.FileTime.fromMillis(1_600_000_000_000L));
    for (String part : List.of("lower", "upper", "work", "merged")) {
      Files.createDirectories(temp.resolve(part));
    }
  }

  /**
   * Runs a shell script; {@code $STORE} is on an overlay, {@code wadah} is {@link OverlayStore}.
   */
  private List<String> run(String script) throws Exception {
    String begin =
        """
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
        STORE=$PWD/merged/store
        wadah() { "$JAVA" -cp "$CP" dev.wadah.build.OverlayStore "$@"; }
        """;
    ProcessBuilder shell =
        new ProcessBuilder("unshare", "-m", "sh", "-euc", begin + script)
            .directory(temp.toFile())
            .redirectErrorStream(true);
    shell.environment().put("JAVA", System.getProperty("java.home") + "/bin/java");
    shell.environment().put("CP", System.getProperty("java.class.path"));
    Process process = shell.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().toList();
  }

  @Test
  void makesTheSameImageAsAnyOtherStore() throws Exception {
    List<String> lines =
        run(
            """
            wadah make $STORE; wadah build $STORE context > there
            wadah make $PWD/plain; wadah build $PWD/plain context > here
            cat there; cmp here there; cat $STORE/layers/form plain/layers/form; ls $STORE/work plain/work
            """);

    assertThat(lines).contains("5", "a", "only", "mounted").doesNotContain("gone");
    assertThat(lines).filteredOn(line -> line.startsWith("sha256:")).hasSizeGreaterThan(5);
    assertThat(lines).filteredOn(line -> line.startsWith("copied ")).hasSize(1);
    assertThat(lines).endsWith("plain/work:");
  }

  @Test
  void losesWhatAContainerChanges() throws Exception {
    List<String> lines = run("wadah make $STORE; wadah build $STORE context; wadah run $STORE");

    assertThat(lines).filteredOn("1"::equals).hasSize(2);
    assertThat(lines).filteredOn("exit 0"::equals).hasSize(2);
    assertThat(lines).doesNotContain("changed");
  }

  @Test
  void cleansUpAfterAKilledBuildAndWhenAsked() throws Exception {
    Files.createDirectories(temp.resolve("slow"));
    Files.writeString(temp.resolve("slow/Dockerfile"), "FROM box\nRUN echo x > /x; sleep 300\n");
    List<String> lines =
        run(
            """
            wadah make $STORE
            "$JAVA" -cp "$CP" dev.wadah.build.OverlayStore build $STORE slow & pid=$!
            n=0; until [ -n "$(find $STORE/work -path '*/root/x')" ]; do
              n=$((n + 1)); [ $n -lt 300 ] || exit 9; sleep 0.1; done
            kill -9 $pid; wait $pid || true
            test -n "$(ls $STORE/work)"
            wadah build $STORE context > /dev/null
            echo left: $(ls $STORE/work)
            wadah prune $STORE
            echo trees: $(ls $STORE/layers/trees)
            """);

    assertThat(lines).contains("left:", "problems []", "removed true", "layers 0", "trees:");
  }

  @Test
  void servesTwoProcessesAtOnce() throws Exception {
    List<String> lines =
        run(
            """
            wadah make $STORE
            wadah build $STORE context > one & one=$!
            wadah build $STORE context > two; wait $one
            grep sha256: one > a; grep sha256: two > b; cmp a b; cat a; ls $STORE/work
            """);

    assertThat(lines).hasSizeGreaterThan(4).allMatch(line -> line.startsWith("sha256:"));
  }
}
