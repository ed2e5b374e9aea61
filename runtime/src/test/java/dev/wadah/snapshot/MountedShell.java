package dev.wadah.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.snapshot.Snapshotter.RootMount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Runs a shell in a mount namespace of its own, in which a root is mounted. */
final class MountedShell {
  private MountedShell() {}

  static void run(RootMount root, Path temp, String script) throws Exception {
    boolean mayMount = dev.wadah.posix.Posix.effectiveUser() == 0;
    if (!"1".equals(System.getenv("WADAH_MUST_WORK"))) {
      Assumptions.assumeTrue(mayMount, "mounting needs root");
    }
    Path target = java.nio.file.Files.createDirectories(temp.resolve("mnt"));
    String mount = root.work().isEmpty() ? bind(root, target) : overlay(root, target);
    Process shell =
        new ProcessBuilder(
                "unshare", "-m", "sh", "-ec", mount + "; cd " + target + "; umask 022; " + script)
            .redirectErrorStream(true)
            .start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).as(out).isZero();
  }

  private static String bind(RootMount root, Path target) {
    return "mount --bind " + root.upper().orElseThrow() + " " + target;
  }

  /** Short relative names from the directory of the layers: one page holds all options. */
  private static String overlay(RootMount root, Path target) {
    Path trees = root.lower().get(0).getParent();
    List<String> names = root.lower().stream().map(path -> path.getFileName().toString()).toList();
    String lower = names.stream().collect(Collectors.joining(":"));
    return "cd %s; mount -t overlay overlay -o lowerdir=%s,upperdir=%s,workdir=%s,metacopy=off,redirect_dir=off,index=off %s"
        .formatted(trees, lower, root.upper().orElseThrow(), root.work().orElseThrow(), target);
  }
}
