package dev.wadah.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.layer.TreeForm;
import dev.wadah.layer.UnpackLimits;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every snapshotter does, on real mounts; see docker-behaviours 10 to 12 for the corners. */
public abstract class SnapshotterContract {
  @TempDir protected Path temp;

  private Store store;
  private LayerStore layers;

  /** Opens the store and its layers. */
  @BeforeEach
  protected void openStore() throws Exception {
    store = Store.open(temp.resolve("store"));
    layers =
        new LayerStore(store, new DirectoryContentStore(store), form(store), UnpackLimits.DEFAULT);
  }

  /** How the layers of such a snapshotter are unpacked. */
  protected abstract TreeForm form(Store store) throws Exception;

  /** Opens a snapshotter over layers and their store. */
  protected abstract Snapshotter open(Store store, LayerStore layers) throws Exception;

  /** Makes, in a directory that is there, what a process leaves that dies. */
  protected abstract void die(Path work) throws Exception;

  private Snapshotter open() throws Exception {
    return open(store, layers);
  }

  /** Runs a shell script with the root mounted at its working directory; the layer it makes. */
  private DiffId run(LayerStack parent, String script, String... stubs) throws Exception {
    Snapshotter snapshots = open();
    try (Snapshotter.Active active = snapshots.prepare(parent)) {
      MountedShell.run(active.root(), temp, script);
      return active.commit(List.of(stubs));
    } finally {
      snapshots.release();
    }
  }

  private LayerStack stack(String... scripts) throws Exception {
    LayerStack stack = LayerStack.EMPTY;
    for (String script : scripts) {
      stack = stack.plus(run(stack, script));
    }
    return stack;
  }

  /** Names in the layer's tar, which must also be what its diffID says. */
  private String names(DiffId layer) throws Exception {
    byte[] tar;
    try (var in = layers.openTar(layer)) {
      tar = in.readAllBytes();
    }
    assertThat(Digest.of(tar)).isEqualTo(layer.digest());
    Path file = temp.resolve("layer.tar");
    Files.write(file, tar);
    Process list = new ProcessBuilder("tar", "-tf", file.toString()).start();
    String out = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(list.waitFor()).isZero();
    return out.lines().collect(Collectors.joining(" "));
  }

  private static String text(FileTree tree, String path) throws IOException {
    try (var in = tree.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  private static final String BASE =
      "mkdir -p d/sub o etc; echo 1 >d/f; echo 2 >d/sub/g; echo 3 >o/h; echo 4 >gone; echo 5 >l1;"
          + " ln l1 l2; chmod 711 d; chown 12:34 d/f";

  @Test
  void holdsExactlyWhatChanged() throws Exception {
    LayerStack base = stack(BASE);
    DiffId layer = run(base, "echo new >d/sub/n; rm gone; echo changed >d/f");

    assertThat(names(layer)).isEqualTo("d/ d/f d/sub/ d/sub/n .wh.gone");
    FileTree tree = layers.tree(base.plus(layer));
    assertThat(text(tree, "/d/f")).isEqualTo("changed");
    assertThat(text(tree, "/d/sub/g")).isEqualTo("2");
    assertThat(tree.find("/gone")).isEmpty();
    assertThat(tree.find("/d").orElseThrow().mode()).isEqualTo(0711);
    FileNode f = tree.find("/d/f").orElseThrow();
    assertThat(f.uid() + ":" + f.gid()).isEqualTo("12:34");
  }

  @Test
  void isTheEmptyLayerWhenNothingChanged() throws Exception {
    LayerStack base = stack(BASE);

    assertThat(run(base, "true")).isEqualTo(LayerStore.EMPTY);
    assertThat(run(base, "touch d/t; rm d/t")).isEqualTo(LayerStore.EMPTY);
    assertThat(run(base, "chmod 711 d; chown 12:34 d/f; touch d/sub")).isEqualTo(LayerStore.EMPTY);
    assertThat(run(base, "mkdir x; rmdir x; mkfifo p; rm p")).isEqualTo(LayerStore.EMPTY);
    assertThat(run(LayerStack.EMPTY, "true")).isEqualTo(LayerStore.EMPTY);
  }

  @Test
  void leavesOutManyFilesThatWereWrittenAgainAsTheyWere() throws Exception {
    LayerStack base =
        stack("mkdir m; for i in $(seq 200); do echo $i >m/$i; touch -d @$i m/$i; done");
    String again = "for i in $(seq 200); do echo $i >m/n; touch -d @$i m/n; mv m/n m/$i; done; ";

    assertThat(run(base, again)).isEqualTo(LayerStore.EMPTY);
    assertThat(names(run(base, again + "echo new >m/7; rm m/8"))).isEqualTo("m/ m/7 m/.wh.8");
    assertThat(names(run(base, again + "echo x >m/9; touch -d @9 m/9"))).isEqualTo("m/ m/9");
  }

  @Test
  void hidesADirectoryThatWasMadeAnew() throws Exception {
    LayerStack base = stack(BASE);
    DiffId layer = run(base, "rm -r o; mkdir o; echo 9 >o/new; rm gone; mkdir gone");

    assertThat(names(layer)).isEqualTo("gone/ o/ o/.wh..wh..opq o/new");
    FileTree tree = layers.tree(base.plus(layer));
    assertThat(tree.list("/o")).containsExactly("new");
    assertThat(names(run(base.plus(layer), "ls o >seen; ls gone >>seen"))).isEqualTo("seen");
  }

  @Test
  void putsAFileWhereADirectoryWas() throws Exception {
    LayerStack base = stack(BASE);
    DiffId layer = run(base, "rm -r d; echo file >d; mkdir -p plain/new");

    assertThat(names(layer)).isEqualTo("d plain/ plain/new/");
    assertThat(layers.tree(base.plus(layer)).find("/d/f")).isEmpty();
  }

  @Test
  void renamesADirectory() throws Exception {
    LayerStack base = stack(BASE);
    DiffId layer = run(base, "cp -a o q; rm -r o; mv q r");

    assertThat(names(layer)).isEqualTo(".wh.o r/ r/h");
  }

  @Test
  void keepsHardLinksOfOneLayer() throws Exception {
    LayerStack base = stack(BASE);
    DiffId layer = run(base, "echo x >a; ln a b; ln d/f d/f2");
    FileTree tree = layers.tree(base.plus(layer));

    long inode = tree.find("/a").orElseThrow().identity().inode();
    assertThat(inode).isNotZero().isEqualTo(tree.find("/b").orElseThrow().identity().inode());
    assertThat(names(layer)).isEqualTo("a b d/ d/f d/f2");
    assertThat(tree.find("/d/f").orElseThrow().identity().inode())
        .isNotZero()
        .isEqualTo(tree.find("/d/f2").orElseThrow().identity().inode());
    assertThat(names(run(base, "ln l1 l3; rm l3"))).isEmpty();
  }

  @Test
  void takesManyWhiteoutsForWhatTheyAre() throws Exception {
    LayerStack base = stack("mkdir d; for i in 1 2 3 4 5; do echo $i >d/$i; done");
    DiffId layer = run(base, "rm d/1 d/2 d/3; echo x >d/x; rm d/x");

    assertThat(names(layer)).isEqualTo("d/ d/.wh.1 d/.wh.2 d/.wh.3");
  }

  @Test
  void losesSocketsAndWhiteoutNames() throws Exception {
    DiffId layer =
        run(
            stack(BASE),
            "echo x >.wh.x; mkdir .wh.d; echo y >.wh.d/y; echo z >z;"
                + " python3 -c 'import socket;s=socket.socket(1);s.bind(\"sock\")'");

    assertThat(names(layer)).isEqualTo("z");
  }

  @Test
  void leavesNoMountPointBehind() throws Exception {
    LayerStack base = stack(BASE);
    String stubs = "mkdir -p mnt/deep/er d/cache; touch etc/hosts etc/resolv.conf; mkdir -p m2/x;";

    DiffId clean =
        run(base, stubs, "/mnt/deep/er", "/d/cache", "/etc/hosts", "/etc/resolv.conf", "/m2/x");
    DiffId kept =
        run(
            base,
            stubs + "echo a >m2/mine; echo 1 >etc/hosts",
            "/etc/hosts",
            "/etc/resolv.conf",
            "/m2/x",
            "/mnt/deep/er",
            "/d/cache",
            "/d");

    assertThat(clean).isEqualTo(LayerStore.EMPTY);
    assertThat(names(kept)).isEqualTo("etc/ etc/hosts m2/ m2/mine");
  }

  @Test
  void keepsCapabilitiesModesAndDevices() throws Exception {
    DiffId layer =
        run(
            stack(BASE),
            "cp /bin/true t; python3 -c 'import os;os.setxattr(\"t\",\"security.capability\","
                + "bytes.fromhex(\"0100000200040000000000000000000000000000\"))';"
                + " mknod n c 1 3; mkfifo p; cp /bin/true s; chmod 4755 s; ln -s t sl; setfattr"
                + " -n user.x -v y s 2>/dev/null || true");
    FileTree tree = layers.tree(LayerStack.EMPTY.plus(layer));

    assertThat(tree.find("/t").orElseThrow().identity().xattrs())
        .containsOnlyKeys("security.capability");
    assertThat(tree.find("/n").orElseThrow().identity().device()).isEqualTo(0x103);
    assertThat(tree.find("/p").orElseThrow().type()).isEqualTo(FileNode.Type.FIFO);
    assertThat(tree.find("/s").orElseThrow().mode()).isEqualTo(04755);
    assertThat(tree.find("/sl").orElseThrow().link()).isEqualTo("t");
    assertThat(names(layer)).isEqualTo("n p s sl t");
  }

  @Test
  void stacksMoreThanAHundredLayers() throws Exception {
    LayerStack stack = LayerStack.EMPTY;
    for (int i = 0; i < 128; i++) {
      String script = "echo " + i + " >f" + i;
      try (Snapshotter.Active active = open().prepare(LayerStack.EMPTY)) {
        MountedShell.run(active.root(), temp, script);
        stack = stack.plus(active.commit(List.of()));
      }
    }
    DiffId layer = run(stack, "cat f0 f127 >both; rm f64");

    FileTree tree = layers.tree(stack.plus(layer));
    assertThat(text(tree, "/both")).isEqualTo("0\n127");
    assertThat(tree.list("/")).hasSize(128);
    assertThat(names(layer)).isEqualTo("both .wh.f64");
  }

  @Test
  void throwsAwayWhatIsNotCommitted() throws Exception {
    Snapshotter snapshots = open();
    try (Snapshotter.Active active = snapshots.prepare(stack(BASE))) {
      MountedShell.run(active.root(), temp, "echo x >x");
    }
    assertThat(temp.resolve("store/work")).isEmptyDirectory();
  }

  @Test
  void removesStatesOfDeadProcesses() throws Exception {
    Path work = store.room("work");
    die(Files.createDirectories(work.resolve("dead")));
    Files.createFile(work.resolve("dead.lock"));
    try (Snapshotter.Active alive = open().prepare(LayerStack.EMPTY)) {
      open();
      assertThat(alive.root().upper().orElseThrow()).exists();
      assertThat(Posix.names(Posix.CWD, work.toString())).hasSize(2);
    }
    assertThat(work).isEmptyDirectory();
  }
}
