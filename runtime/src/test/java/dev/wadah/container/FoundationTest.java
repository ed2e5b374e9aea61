package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.BusyboxRoot.Options;
import dev.wadah.container.BusyboxRoot.Result;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.Natives;
import dev.wadah.posix.Posix;
import dev.wadah.posix.Processes;
import dev.wadah.snapshot.OverlaySnapshotter;
import dev.wadah.snapshot.Snapshotter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roots of many layers, of which most are mounted once, beside the same ones mounted plainly. */
@Tag("linux")
@EnabledIf("dev.wadah.container.BusyboxRoot#usable")
class FoundationTest {
  private static final String FIND =
      "/bin/busybox find / -xdev ! -path '/dev*' ! -path '/proc*' ! -path '/sys*' ! -path '/etc/*' ";

  /** Everything that a program sees, but times of what the step itself has changed. */
  private static final String SHOW =
      FIND
          + "! -type d -exec stat -c '%n %F %a %u:%g %s %h %t,%T %Y' {} + | sort; "
          + FIND
          + "-type d -exec stat -c '%n %F %a %u:%g' {} + | sort; "
          + FIND
          + "-type f ! -path '/bin/*' | sort | /bin/busybox xargs cat; "
          + FIND
          + "-exec stat -c %d {} + | sort -u | grep -c .; "
          + FIND
          + "-exec stat -c %i {} + | sort | /bin/busybox uniq -d | grep -c .; ls -a /many /o /links";

  /** Changes on both sides of the border between what is mounted once and what is not. */
  private static final String CHANGE =
      "rm /many/f1* /links/a*2; echo more >> /links/b2; echo more >> /many/top; rm -rf /o; mkdir /o; echo x > /o/x;"
          + " mv /part4 /moved; rm -rf /part9; echo file > /part9; for i in /part*4; do echo y > $i/new; rm -f $i/f; done;"
          + " chmod 700 /part14; /bin/busybox chown 5:6 /part19/f; ln /many/f33 /many/another; mkdir -p /many/f12/in;"
          + " ln -s many/f31 /s; /bin/busybox mv /many/f2 /many/f34 /tmp; ";

  private static final String SETTLE = FIND + "-mmin -60 -exec touch -h -d @1700000000 {} +; true";

  @TempDir Path directory;
  private BusyboxRoot box;
  private LayerStore layers;
  private Store store;
  private int trees;

  @BeforeEach
  void openStore() throws IOException {
    store = Store.open(directory.resolve("store"));
    layers = new LayerStore(store, new DirectoryContentStore(store));
    box = new BusyboxRoot(directory);
  }

  /** 480 of 500, 64 of 70, 32 of 48 layers are mounted once. */
  @ParameterizedTest
  @ValueSource(ints = {48, 70, 500})
  void showsTheSameTreeAndTakesTheSameChangesAsPlainMounts(int count) throws IOException {
    LayerStack stack = stack(count);
    LauncherSandbox plain = new LauncherSandbox(directory.resolve("plain"));
    awaitFoundation(box.sandbox, stack);

    assertThat(run(plain, stack, SHOW).out).isEqualTo(run(box.sandbox, stack, SHOW).out);
    Changed expected = run(plain, stack, CHANGE + SETTLE);
    Changed changed = run(box.sandbox, stack, CHANGE + SETTLE);
    assertThat(changed).isEqualTo(expected);
    assertThat(changed.layer).isNotEqualTo(LayerStore.EMPTY);
    LayerStack next = stack.plus(changed.layer);
    if (count < 500) {
      assertThat(isFounded(box.sandbox, next)).isTrue();
      assertThat(run(plain, next, SHOW)).isEqualTo(run(box.sandbox, next, SHOW));
    }
    box.sandbox.release();
  }

  @Test
  void showsOneDeviceAndNoInodeTwice() throws IOException {
    LayerStack stack = stack(70);
    awaitFoundation(box.sandbox, stack);
    String files = FIND + "! -type d ! -path '/links/*' -exec stat -c";
    assertThat(run(box.sandbox, stack, files + " %d {} + | sort -u | grep -c .").out)
        .isEqualTo("1\n");
    assertThat(run(box.sandbox, stack, files + " %i {} + | sort | /bin/busybox uniq -d").out)
        .isEmpty();
    assertThat(run(box.sandbox, stack, "stat -c %i /links/a2 /links/b2 | sort -u | grep -c .").out)
        .isEqualTo("1\n");
    box.sandbox.release();
  }

  @Test
  void growsWithTheChain() throws IOException {
    LayerStack stack = stack(100);
    LayerStack part = LayerStack.of(stack.layers().subList(0, 70));
    awaitFoundation(box.sandbox, part);
    // A layer of covered mount points, those above the foundation, and it.
    assertThat(lowers(box.sandbox, part)).isEqualTo(1 + 6 + 1);
    assertThat(lowers(box.sandbox, stack)).isEqualTo(1 + 36 + 1);
    awaitFoundation(box.sandbox, stack);
    assertThat(lowers(box.sandbox, stack)).isEqualTo(1 + 4 + 1);
    assertThat(lowers(box.sandbox, part)).isEqualTo(1 + 6 + 1);
    box.sandbox.release();
  }

  @Test
  void leavesNoProcessAndNoMountAndEndsWithTheBuild() throws IOException {
    LayerStack stack = stack(48);
    String before = Files.readString(Path.of("/proc/self/mounts"));
    awaitFoundation(box.sandbox, stack);
    assertThat(box.sandbox.isHolding()).isTrue();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).isEqualTo(before);
    assertThat(ProcessHandle.current().children()).isEmpty();
    box.sandbox.release();
    assertThat(box.sandbox.isHolding()).isFalse();
    assertThat(isFounded(box.sandbox, stack)).isFalse();
  }

  @Test
  void isMadeForNoRootOfFewLayersAndForNoneThatWasNotExpected() throws Exception {
    LayerStack stack = stack(48);
    assertThat(isFounded(box.sandbox, stack)).isFalse();
    expect(box.sandbox, LayerStack.of(stack.layers().subList(0, 47)));
    assertThat(box.sandbox.isHolding()).isFalse();
  }

  /** The kernel stacks two overlays: who may mount may want to mount the second. */
  @Test
  void carriesNobodyWhoMayMount() throws IOException {
    LayerStack stack = stack(48);
    awaitFoundation(box.sandbox, stack);
    Options options = box.options();
    List<String> capabilities = new ArrayList<>(Capabilities.DEFAULT);
    capabilities.add("CAP_SYS_ADMIN");
    options.security = new SecuritySpec(capabilities, false, false, false, false);
    String script =
        "grep -c foundation /proc/mounts; mount -t tmpfs t /tmp; mkdir /tmp/u /tmp/w /tmp/m;"
            + " mount -t overlay o -o lowerdir=/many,upperdir=/tmp/u,workdir=/tmp/w /tmp/m && cat /tmp/m/top";
    assertThat(run(box.sandbox, options, stack, script).out).isEqualTo("0\n47\n");
    box.sandbox.release();
  }

  @Test
  void staysWithThoseWhoRunWhenItIsReleased() throws Exception {
    LayerStack stack = stack(64);
    awaitFoundation(box.sandbox, stack);
    ExecutorService pool = Executors.newFixedThreadPool(3);
    try {
      Path signs = Files.createDirectory(directory.resolve("signs"));
      List<Future<String>> running = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Options options = box.options();
        options.mounts = List.of(new MountSpec.Bind(signs, "/signs", false, false));
        String script =
            "touch /signs/"
                + i
                + "; until test -e /signs/released; do sleep 0.05; done;"
                + " cat /many/top; grep -c foundation /proc/mounts";
        running.add(pool.submit(() -> run(box.sandbox, options, stack, script).out));
      }
      for (int i = 0; i < 3; i++) {
        while (!Files.exists(signs.resolve("" + i)) && !running.get(i).isDone()) {
          Thread.sleep(5);
        }
      }
      box.sandbox.release();
      Files.createFile(signs.resolve("released"));
      for (Future<String> one : running) {
        assertThat(one.get()).isEqualTo("63\n1\n");
      }
    } finally {
      pool.shutdownNow();
    }
  }

  /** As where a store lies on what counts as a stacked file system already. */
  @Test
  void isRefusedWhereTheKernelStacksNoThirdOverlay() throws IOException {
    Path first = Files.createDirectories(directory.resolve("first"));
    Path second = Files.createDirectories(directory.resolve("second"));
    OperationList list = new OperationList().add("clone", Flags.NEWNS).add("slave");
    list.add("scratch", Files.createDirectories(directory.resolve("empty")));
    list.add("lower", box.lower).add("overlay", "", "").add("cover", first);
    list.add("lower", first).add("overlay", "", "").add("cover", second);
    list.add("lower", second).add("overlay", "", "").add("hold").add("arg", "x").add("exec");
    String launcher = Natives.file("launcher").toString();
    int nothing = Processes.open("/dev/null", Processes.READ);
    try (LauncherProcess process =
        LauncherProcess.start(launcher, list.toBytes(), nothing, LauncherProcess.Output.PIPES)) {
      assertThat(Foundation.of(List.of(first), process)).isEmpty();
      assertThat(process.report().failure().orElseThrow().operation()).isEqualTo("overlay");
    } finally {
      Processes.close(nothing);
    }
  }

  @Test
  void asksAKernelThatRefusesOnlyOnce() throws Exception {
    List<List<Path>> asked = new ArrayList<>();
    Foundations foundations =
        new Foundations(
            lower -> {
              asked.add(lower);
              throw new IOException("no");
            });
    List<Path> lower = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      lower.add(Path.of("/l" + i));
    }
    for (int i = 0; i < 3; i++) {
      foundations.expect(lower);
      while (foundations.isHolding()) {
        Thread.sleep(1);
      }
    }
    assertThat(asked).containsExactly(lower.subList(6, 70));
    assertThat(foundations.enter(lower)).isEmpty();
  }

  /** What a container printed, and the layer of what it changed. */
  private record Changed(String out, DiffId layer) {}

  private Changed run(LauncherSandbox sandbox, LayerStack stack, String script) throws IOException {
    return run(sandbox, box.options(), stack, script);
  }

  private Changed run(LauncherSandbox sandbox, Options options, LayerStack stack, String script)
      throws IOException {
    try (Snapshotter.Active active = new OverlaySnapshotter(store, layers).prepare(stack)) {
      options.root = active.root();
      Result result = BusyboxRoot.run(sandbox, options, List.of("/bin/sh", "-c", script));
      assertThat(result.err()).isEmpty();
      return new Changed(result.out(), active.commit(result.outcome().stubs()));
    }
  }

  private void expect(LauncherSandbox sandbox, LayerStack stack) throws IOException {
    try (Snapshotter.Active active = new OverlaySnapshotter(store, layers).prepare(stack)) {
      sandbox.expect(active.root());
    }
  }

  private boolean isFounded(LauncherSandbox sandbox, LayerStack stack) throws IOException {
    return lowers(sandbox, stack) < stack.layers().size();
  }

  private int lowers(LauncherSandbox sandbox, LayerStack stack) throws IOException {
    String mount = run(sandbox, stack, "grep ' / overlay' /proc/mounts").out;
    return mount.split("lowerdir\\+=", -1).length - 1;
  }

  /** Until the largest that there can be carries the root. */
  private void awaitFoundation(LauncherSandbox sandbox, LayerStack stack) throws IOException {
    long end = System.nanoTime() + 20_000_000_000L;
    do {
      expect(sandbox, stack);
      assertThat(System.nanoTime()).isLessThan(end);
    } while (lowers(sandbox, stack) > 22);
  }

  /** Layers that each change what those before have, so that every border has some of it. */
  private LayerStack stack(int count) throws IOException {
    LayerStack stack = LayerStack.EMPTY.plus(commit(box.lower, LayerStack.EMPTY));
    for (int i = 1; i < count; i++) {
      Path tree = Files.createDirectories(directory.resolve("tree" + trees++));
      write(tree.resolve("many/top"), i);
      write(tree.resolve("many/f" + i), i);
      switch (i % 5) {
        case 0 -> whiteout(tree.resolve("many/f" + (i - 4)));
        case 1 -> {
          write(tree.resolve("o/f" + i), i);
          Posix.setXattr(
              tree.resolve("o").toString(),
              "trusted.overlay.opaque",
              "y".getBytes(StandardCharsets.UTF_8));
        }
        case 2 -> {
          write(tree.resolve("links/a" + i), i);
          Files.createLink(tree.resolve("links/b" + i), tree.resolve("links/a" + i));
        }
        case 3 -> write(tree.resolve("part" + (i / 5 * 5 - 1) + "/g"), i);
        default -> write(tree.resolve("part" + i + "/f"), i);
      }
      stack = stack.plus(commit(tree, stack));
    }
    return stack;
  }

  private DiffId commit(Path tree, LayerStack below) throws IOException {
    Posix.chmod(Posix.CWD, tree.toString(), 0755);
    return layers.commit(tree, below, List.of());
  }

  private static void write(Path file, int content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content + "\n");
    Posix.setModified(Posix.CWD, file.toString(), 1_000_000_000L * content);
  }

  private static void whiteout(Path file) throws IOException {
    Posix.mknod(Posix.CWD, file.toString(), 0020000, 0);
  }
}
