package dev.wadah.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import dev.wadah.layer.TreeForm.Answer;
import dev.wadah.layer.TreeForm.Verdict;
import dev.wadah.layer.UnpackLimits;
import dev.wadah.oci.DiffId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A copied root and a mounted one give the same layers, byte for byte, step after step. */
@Tag("linux")
class SameLayersTest {
  private static final String BASE =
      "mkdir -p d/sub o/p empty; echo 1 >d/f; echo 2 >d/sub/g; echo 3 >o/h; echo 4 >o/p/i; echo 5 >gone;"
          + " echo 6 >l1; ln l1 l2; ln l1 d/l3; chmod 711 d; chown 12:34 d/f; ln -s d/f s; mkfifo q;"
          + " mknod n c 1 3; cp /bin/true t; setfattr -n user.note -v x t;"
          + " printf 'a\\377' >\"$(printf 'b\\377')\"; head -c 300000 /dev/zero >big";

  /** All but the mount points, which a sandbox would have mounted something on. */
  private static final String OURS = "find . -regex '\\./\\(etc\\|dev\\|proc\\|sys\\).*' -prune -o";

  /** What a step changes gets one time, so that the two runs can be compared. */
  private static final String SETTLE = "; " + OURS + " -exec touch -h -d @1700000000 {} +";

  private static final String READ_BACK =
      OURS
          + " -type f ! -name sum -print | sort | xargs -d '\\n' sha256sum >sum; "
          + OURS
          + " ! -type d ! -name names ! -name sum -printf '%p %m %U:%G %T@"
          + " %l\\n' | sort >names";

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "rm gone; rm -r d/sub; echo new >d/n",
        "rm -r o; mkdir o; echo 1 >o/h",
        "rm -r o; mkdir o",
        "rm -r d; echo file >d",
        "rm gone; mkdir gone; echo x >gone/y",
        "rm -r o; ln -s d o",
        "cp -a o q2; rm -r o; mv q2 o",
        "rm -r o; mkdir -p x/o; mv x/o o; rmdir x; echo 9 >o/new",
        "echo more >>l1",
        "chmod 600 l2; rm d/l3",
        "ln l1 l4; ln d/f d/f2",
        "ln l1 l4; rm l1 l4",
        "echo x >a; ln a b; mkdir e; ln b e/c",
        "chown -R 5:6 d; chmod 700 o",
        "chmod 700 o; chmod 755 o; echo 3 >o/h; touch empty",
        "cp -p o/h o/h2; mv o/h2 o/h",
        "rm s; ln -s d/f s; rm q; mkfifo q; rm n; mknod n c 1 5",
        "echo x >.wh.x; mkdir .wh.d; python3 -c 'import socket;socket.socket(1).bind(\"gone2\")'",
        "rm gone; python3 -c 'import socket;socket.socket(1).bind(\"gone\")'; echo z >z",
        "python3 -c 'import os;os.setxattr(\"t\",\"security.capability\","
            + "bytes.fromhex(\"0100000200040000000000000000000000000000\"))'",
        "head -c 5 /dev/zero | dd of=big conv=notrunc bs=1 seek=200000 2>/dev/null; touch -d @1700000000 big",
        "echo y | dd of=big conv=notrunc 2>/dev/null",
        "mkdir -p \"$(printf 'k\\377')/m\"; rm \"$(printf 'b\\377')\"; mkdir ä; echo ö >ä/ü",
        "rm -rf ./*",
      })
  void areTheSame(String script) throws Exception {
    List<String> steps =
        List.of(BASE, script, READ_BACK, "rm -rf o sum; echo a >>l2; mkdir -p o/p");

    assertThat(layers(steps, Verdict.REFUSED)).isEqualTo(layers(steps, Verdict.ACCEPTED));
  }

  private List<DiffId> layers(List<String> scripts, Verdict verdict) throws Exception {
    Path place = Files.createDirectories(temp.resolve(verdict.toString()));
    Store store = Store.open(place.resolve("store"));
    TreeForm form = new TreeForm(store, room -> new Answer(verdict, ""));
    LayerStore layers =
        new LayerStore(store, new DirectoryContentStore(store), form, UnpackLimits.DEFAULT);
    Snapshotter snapshots = new FittingSnapshotter(store, layers, form);
    LayerStack stack = LayerStack.EMPTY;
    List<DiffId> made = new ArrayList<>();
    for (String script : scripts) {
      try (Snapshotter.Active active = snapshots.prepare(stack)) {
        MountedShell.run(active.root(), place, script + SETTLE);
        made.add(active.commit(List.of()));
        stack = stack.plus(made.get(made.size() - 1));
      }
    }
    assertThat(snapshots.isHolding()).isEqualTo(verdict == Verdict.REFUSED);
    snapshots.release();
    assertThat(store.room("work")).isEmptyDirectory();
    assertThat(layers.verify()).isEmpty();
    return made;
  }
}
