package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.MountSpec.Bind;
import dev.wadah.container.ContainerSpec.MountSpec.Overlay;
import dev.wadah.container.ContainerSpec.MountSpec.Tmpfs;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is mounted into containers, and images that try to have it mounted elsewhere. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class MountTest {
  @TempDir Path directory;
  private BusyboxRoot box;
  private Path host;

  @BeforeEach
  void makeRoot() throws IOException {
    box = new BusyboxRoot(directory);
    host = Files.createDirectories(directory.resolve("host"));
    Files.writeString(host.resolve("f"), "of the host\n");
  }

  @ParameterizedTest
  @CsvSource({"true, ro, of the host", "false, rw, changed"})
  void bindsADirectory(boolean readOnly, String answer, String after) throws IOException {
    BusyboxRoot.Result result =
        box.sh(
            with(new Bind(host, "/m", readOnly, false)),
            "cat /m/f; (echo changed > /m/f) 2>/dev/null && echo rw || echo ro");
    assertThat(result.lines()).containsExactly("of the host", answer);
    assertThat(host.resolve("f")).hasContent(after);
    assertThat(result.outcome().stubs()).contains("/m");
  }

  @Test
  void bindsAFileOverAnExistingOne() throws IOException {
    Files.writeString(box.lower.resolve("etc/passwd"), "image\n");
    BusyboxRoot.Result result =
        box.sh(with(new Bind(host.resolve("f"), "/etc/passwd", true, false)), "cat /etc/passwd");
    assertThat(result.out()).isEqualTo("of the host\n");
    assertThat(result.outcome().stubs()).doesNotContain("/etc/passwd");
    assertThat(box.upper.resolve("etc/passwd")).doesNotExist();
  }

  @Test
  void putsLaterMountsInsideEarlierOnes() throws IOException {
    Options options =
        with(
            new Tmpfs("/m", 1 << 20, 0700, false, List.of()),
            new Bind(host, "/m/inner", true, false));
    BusyboxRoot.Result result = box.sh(options, "ls -R /m; stat -c %a /m");
    assertThat(result.lines()).containsExactly("/m:", "inner", "", "/m/inner:", "f", "700");
    // What lies in the tmpfs is gone with it, and no stub.
    assertThat(result.outcome().stubs()).contains("/m").doesNotContain("/m/inner");
  }

  @Test
  void limitsATmpfs() throws IOException {
    BusyboxRoot.Result result =
        box.sh(
            with(new Tmpfs("/t", 1 << 20, 01777, false, List.of("nr_inodes=100", "exec"))),
            "head -c 3000000 /dev/zero > /t/f || echo full; stat -c %a /t; grep ' /t ' /proc/mounts");
    assertThat(result.out())
        .contains("full\n1777\n")
        .contains("nr_inodes=100")
        .doesNotContain("noexec");
  }

  @Test
  void mountsTheLayersOfAnotherStageAndDropsWhatIsWritten() throws IOException {
    Path first = Files.createDirectories(directory.resolve("l1/o"));
    Path second = Files.createDirectories(directory.resolve("l2/o"));
    Files.writeString(first.resolve("a"), "lower\n");
    Files.writeString(second.resolve("b"), "upper\n");
    RootMount stage =
        new RootMount(
            List.of(second.getParent(), first.getParent()),
            Optional.of(Files.createDirectories(directory.resolve("u"))),
            Optional.of(Files.createDirectories(directory.resolve("w"))));
    RootMount view = new RootMount(List.of(first.getParent()), Optional.empty(), Optional.empty());
    BusyboxRoot.Result result =
        box.sh(
            with(new Overlay(stage, "/o", "/rw", false), new Overlay(view, "/", "/ro", true)),
            "cat /rw/a /rw/b; echo new > /rw/a; cat /rw/a /ro/o/a; touch /ro/x 2>/dev/null || echo ro");
    assertThat(result.lines()).containsExactly("lower", "upper", "new", "lower", "ro");
    assertThat(first.resolve("a")).hasContent("lower");
  }

  @Test
  void mountsASingleFileOfAnotherStage() throws IOException {
    Path layer = Files.createDirectories(directory.resolve("l1"));
    Files.writeString(layer.resolve("tool"), "tool\n");
    RootMount view = new RootMount(List.of(layer), Optional.empty(), Optional.empty());
    assertThat(box.sh(with(new Overlay(view, "/tool", "/x/y", true)), "cat /x/y").out())
        .isEqualTo("tool\n");
  }

  @Test
  void makesTheRootReadOnlyBelowTheMounts() throws IOException {
    Options options = with(new Tmpfs("/made/for/it", 0, 0755, false, List.of()));
    options.readOnlyRoot = true;
    BusyboxRoot.Result result =
        box.sh(
            options,
            "touch /x 2>/dev/null || echo ro; touch /made/for/it/x && touch /dev/shm/x && echo rw");
    assertThat(result.lines()).containsExactly("ro", "rw");
  }

  @Test
  void usesABareDirectoryAsRoot() throws IOException {
    Options options = box.options();
    options.root = new RootMount(List.of(), Optional.of(box.lower), Optional.empty());
    assertThat(box.sh(options, "echo x > /made; cat /etc/hosts").out()).contains("localhost");
    assertThat(box.lower.resolve("made")).hasContent("x");
  }

  @Test
  void writesOnlyWhatTheProcessWroteIntoTheUpperDirectory() throws IOException {
    BusyboxRoot.Result result = box.sh("echo x > /tmp/f; mkdir /d");
    assertThat(box.upper.resolve("tmp/f")).hasContent("x");
    assertThat(box.upper.resolve("d")).isDirectory();
    for (String stub : result.outcome().stubs()) {
      Path left = box.upper.resolve(stub.substring(1));
      assertThat(Files.isDirectory(left) || Files.size(left) == 0).as(stub).isTrue();
    }
  }

  @Test
  void makesNothingForTheMountsThatEveryStepNeeds() throws IOException {
    Files.delete(box.lower.resolve("etc"));
    BusyboxRoot.Result result = box.sh("cat /etc/hosts /etc/resolv.conf; ls -d /dev /proc /sys");
    assertThat(result.lines()).containsExactly("127.0.0.1 localhost", "#", "/dev", "/proc", "/sys");
    assertThat(result.outcome().stubs()).isEmpty();
    assertThat(box.upper).isEmptyDirectory();
  }

  /** Many layers get one more above them, with opaque mount points. */
  @Test
  void showsTheSameRootOverManyLayersAsOverFew() throws IOException {
    Files.createDirectories(box.lower.resolve("dev/own"));
    String script =
        "ls -a / /proc/self/ns /dev; ls -d /dev/null; stat -c %a /etc; mkdir /sys/x 2>&1";
    List<String> few = box.sh(script).lines();
    Options options = box.options();
    options.root = manyLayers();
    BusyboxRoot.Result many = box.sh(options, script);
    assertThat(many.lines())
        .isEqualTo(few)
        .contains("/dev/null", "mkdir: can't create directory '/sys/x': Read-only file system");
    assertThat(many.outcome().stubs()).isEmpty();
    assertThat(box.upper).isEmptyDirectory();
  }

  @Test
  void showsTheImagesOwnDirectoriesToWhoMayUnmount() throws IOException {
    Files.createDirectories(box.lower.resolve("sys/own"));
    Options options = box.options();
    options.root = manyLayers();
    options.security = new SecuritySpec(Capabilities.all(), false, false, false, true);
    BusyboxRoot.Result result = box.sh(options, "umount -l /sys; ls /sys");
    assertThat(result.lines()).containsExactly("own");
  }

  private RootMount manyLayers() throws IOException {
    List<Path> lower = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      lower.add(Files.createDirectories(box.lower.resolveSibling("layer" + i)));
    }
    lower.add(box.lower);
    return new RootMount(lower, box.root().upper(), box.root().work());
  }

  @Test
  void leavesNoFileOfItsOwnWhereTheImagesAreUsed() throws IOException {
    Options options = box.options();
    options.host = new HostFiles("h", Optional.of("x\n"), Optional.empty(), Optional.empty());
    assertThat(box.sh(options, "ls /etc; rm -r /etc 2>&1 | wc -l").lines())
        .containsExactly("hosts", "1");
  }

  @Test
  void keepsTheImagesOwnFilesWhereNoneIsInjected() throws IOException {
    Files.writeString(box.lower.resolve("etc/hosts"), "image\n");
    Options options = box.options();
    options.host = new HostFiles("h", Optional.empty(), Optional.empty(), Optional.of("h\n"));
    assertThat(box.sh(options, "cat /etc/hosts /etc/hostname").lines())
        .containsExactly("image", "h");
  }

  @Test
  void makesAMissingWorkingDirectoryThatStays() throws IOException {
    Options options = box.options();
    options.directory = "/w/x";
    BusyboxRoot.Result result = box.sh(options, "pwd");
    assertThat(result.out()).isEqualTo("/w/x\n");
    assertThat(result.outcome().stubs()).doesNotContain("/w", "/w/x");
    assertThat(box.upper.resolve("w/x")).isDirectory();
  }

  /** Links of the image at the places of mounts: all are resolved within the root. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          etc              | %HOST%                  | absolute link
          etc              | ../../../../../..%HOST% | upward link
          dev              | %HOST%                  | link for /dev
          sys              | ../..%HOST%             | link for /sys
          proc             | %HOST%                  | link for /proc
          m                | %HOST%                  | link for a user's mount
          """)
  void neverFollowsLinksOfTheImageToTheHost(String name, String target, String what)
      throws IOException {
    Path link = box.lower.resolve(name);
    if (Files.isDirectory(link)) {
      Files.delete(link);
    }
    Files.createSymbolicLink(link, Path.of(target.replace("%HOST%", host.toString())));
    box.sh(with(new Tmpfs("/m/sub", 0, 0755, false, List.of())), "true");
    try (var left = Files.list(host)) {
      assertThat(left).as(what).containsExactly(host.resolve("f"));
    }
    assertThat(host.resolve("f")).hasContent("of the host\n".strip());
  }

  @Test
  void makesMountPointsBehindDanglingLinksWithinTheRoot() throws IOException {
    Files.createSymbolicLink(box.lower.resolve("dangling"), Path.of("/gone/../made/here"));
    Options options = with(new Tmpfs("/dangling/x", 0, 0755, false, List.of()));
    BusyboxRoot.Result result = box.sh(options, "grep -c ' /made/here/x ' /proc/mounts");
    assertThat(result.out()).isEqualTo("1\n");
    assertThat(result.outcome().stubs()).contains("/made/here", "/made/here/x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/loop/x", "/loop", "/bin/busybox/x"})
  void refusesMountPointsThatCannotBe(String target) throws IOException {
    Files.createSymbolicLink(box.lower.resolve("loop"), Path.of("loop"));
    MountSpec mount = new Tmpfs(target, 0, 0755, false, List.of());
    assertThatThrownBy(() -> box.sh(with(mount), "true"))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining(target);
  }

  @Test
  void resolvesTheRestOfAPathFromAboveTheRootAtTheRoot() throws IOException {
    Options options = with(new Tmpfs("/../../etc/../a/./b/", 0, 0755, false, List.of()));
    assertThat(box.sh(options, "grep -c ' /a/b ' /proc/mounts").out()).isEqualTo("1\n");
  }

  private Options with(MountSpec... mounts) {
    Options options = box.options();
    options.mounts = List.of(mounts);
    return options;
  }
}
