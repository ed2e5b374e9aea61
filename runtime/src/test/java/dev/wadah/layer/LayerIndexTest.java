package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A layer's index answers as the unpacked layer does. */
class LayerIndexTest {
  private static final String[] NAMES = {"a", "b", "c", "lib", "etc", "passwd"};

  @TempDir Path temp;

  /** Layers of a few names only, so that they hide, replace and link to each other all the time. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void outlineIsTheTree(int seed) throws Exception {
    Random random = new Random(seed);
    StoreFixture whole = new StoreFixture(temp.resolve("whole"));
    StoreFixture brief = new StoreFixture(temp.resolve("brief"));
    int compared = 0;
    for (int round = 0; round < 60; round++) {
      byte[][] tars = new byte[1 + random.nextInt(4)][];
      for (int i = 0; i < tars.length; i++) {
        tars[i] = randomTar(random);
      }
      Map<String, String> expected;
      try {
        expected = listing(whole.layers.tree(whole.stack(tars)));
      } catch (InvalidLayerException | java.nio.file.FileSystemLoopException e) {
        continue; // nothing that could be built upon
      }
      FileTree outline = brief.layers.outline(brief.stack(tars), IndexSource.NONE);
      assertThat(listing(outline)).as("round %d of seed %d", round, seed).isEqualTo(expected);
      // what the unpacking noted on the way says the same
      FileTree again = indexed(whole, "again" + round).outline(whole.stack(tars), index(whole));
      assertThat(listing(again)).as("again: %d of %d", round, seed).isEqualTo(expected);
      compared++;
    }
    assertThat(compared).isGreaterThan(20);
  }

  /** A store that knows where layers are, and has none. */
  private LayerStore indexed(StoreFixture full, String name) throws IOException {
    StoreFixture empty = new StoreFixture(temp.resolve(name));
    for (DiffId layer : full.layers.list()) {
      Optional<Descriptor> blob = full.layers.blob(layer);
      if (blob.isPresent()) {
        empty.layers.addBlob(layer, blob.get(), wanted -> full.layers.openBlob(layer));
      }
    }
    return empty.layers;
  }

  private static IndexSource index(StoreFixture from) {
    return layer -> from.layers.index(layer).map(i -> LayerIndex.parse(i.toBytes()));
  }

  private static byte[] randomTar(Random random) {
    TarBytes tar = new TarBytes();
    int count = random.nextInt(9);
    for (int i = 0; i < count; i++) {
      String path = path(random);
      switch (random.nextInt(14)) {
        case 0, 1, 2, 3 -> tar.file(path, "x".repeat(random.nextInt(3)));
        case 4, 5, 6, 7 -> tar.directory(path + "/");
        case 8, 9 -> tar.symlink(path, random.nextBoolean() ? "/" + path(random) : path(random));
        case 10 -> tar.hardLink(path, path(random));
        case 11 -> tar.file(path + "/.wh..wh..opq", "");
        default -> {
          int slash = path.lastIndexOf('/') + 1;
          tar.file(path.substring(0, slash) + ".wh." + path.substring(slash), "");
        }
      }
    }
    return tar.bytes();
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder(NAMES[random.nextInt(NAMES.length)]);
    for (int depth = random.nextInt(3); depth > 0; depth--) {
      path.append('/').append(NAMES[random.nextInt(NAMES.length)]);
    }
    return path.toString();
  }

  /** All that a tree says, names of one file under one number. */
  private static Map<String, String> listing(FileTree tree) throws IOException {
    Map<String, String> all = new TreeMap<>();
    list(tree, "/", new HashMap<>(), all);
    return all;
  }

  private static void list(
      FileTree tree, String directory, Map<Long, Integer> inodes, Map<String, String> all)
      throws IOException {
    for (String name : tree.list(directory)) {
      String path = directory.equals("/") ? "/" + name : directory + "/" + name;
      FileNode node = tree.find(path).orElseThrow();
      long inode = node.identity().inode();
      int number = inode == 0 ? 0 : inodes.computeIfAbsent(inode, i -> inodes.size() + 1);
      String content =
          LayerIndex.KEPT_FILES.contains(path) && node.isFile() ? read(tree, path) : "";
      all.put(path, "%s %d %s".formatted(node.withIdentity(PLAIN), number, content));
      if (node.isDirectory()) {
        list(tree, path, inodes, all);
      }
    }
    // a name that is not listed is not found either
    for (String name : NAMES) {
      String path = directory.equals("/") ? "/" + name : directory + "/" + name;
      assertThat(tree.find(path).isPresent()).as(path).isEqualTo(all.containsKey(path));
    }
  }

  private static final FileNode.Identity PLAIN = FileNode.Identity.PLAIN;

  private static String read(FileTree tree, String path) throws IOException {
    return StoreFixture.text(tree, path);
  }

  /** Layers whose blobs are counted when they are fetched. */
  private static final class Remote {
    final List<DiffId> fetched = new ArrayList<>();
    LayerStack stack = LayerStack.EMPTY;

    void add(StoreFixture fixture, TarBytes tar) throws IOException {
      byte[] bytes = tar.bytes();
      DiffId layer = new DiffId(Digest.of(bytes));
      fixture.layers.addBlob(
          layer,
          Descriptor.of(MediaTypes.OCI_LAYER, layer.digest(), bytes.length),
          blob -> {
            synchronized (fetched) {
              fetched.add(layer);
            }
            return new ByteArrayInputStream(bytes);
          });
      stack = stack.plus(layer);
    }

    List<Integer> places() {
      return fetched.stream().map(l -> stack.layers().indexOf(l)).sorted().toList();
    }
  }

  private static Remote remote(StoreFixture fixture) throws IOException {
    Remote remote = new Remote();
    for (int i = 0; i < 9; i++) {
      TarBytes tar = new TarBytes().directory("usr/").directory("usr/" + i + "/");
      tar.file("usr/" + i + "/f", "" + i).directory("etc/").file("etc/passwd", "user" + i);
      remote.add(fixture, tar);
    }
    return remote;
  }

  @Test
  void fetchesNoLayerBelowTheAnswerAndUnpacksNone() throws Exception {
    StoreFixture fixture = new StoreFixture(temp.resolve("store"));
    Remote remote = remote(fixture);
    FileTree outline = fixture.layers.outline(remote.stack, IndexSource.NONE);
    assertThat(remote.fetched).as("nobody has asked yet").isEmpty();
    assertThat(outline.find("/usr/8")).isPresent();
    assertThat(outline.find("/usr/8/f").orElseThrow().sizeBytes()).isEqualTo(1);
    assertThat(remote.places()).containsExactly(8);
    assertThat(outline.find("/usr/7")).isPresent();
    assertThat(remote.places()).as("the deeper, the more at once").containsExactly(6, 7, 8);
    assertThat(outline.find("/usr/none")).isEmpty();
    assertThat(remote.places()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(names(temp.resolve("store/layers/trees"))).isEmpty();
    assertThat(StoreFixture.text(outline, "/etc/passwd")).isEqualTo("user8");
    assertThat(names(temp.resolve("store/layers/trees"))).isEmpty();
    assertThat(StoreFixture.text(outline, "/usr/3/f")).isEqualTo("3");
    assertThat(names(temp.resolve("store/layers/trees"))).hasSize(1);
    assertThat(remote.fetched).as("each once").hasSize(9);
  }

  @Test
  void remembersAnIndexWhenTheLayerIsGone() throws Exception {
    StoreFixture fixture = new StoreFixture(temp.resolve("store"));
    Remote remote = remote(fixture);
    Map<String, String> all = listing(fixture.layers.outline(remote.stack, IndexSource.NONE));
    for (DiffId layer : remote.stack.layers()) {
      fixture.layers.delete(layer);
      fixture.content.delete(layer.digest());
    }
    remote.fetched.clear();
    StoreFixture later = new StoreFixture(temp.resolve("store"));
    FileTree outline = later.layers.outline(remote.stack, IndexSource.NONE);
    assertThat(listing(outline)).isEqualTo(all);
    assertThat(remote.fetched).isEmpty();
    assertThatThrownBy(() -> outline.open("/usr/3/f")).isInstanceOf(IOException.class);
  }

  @Test
  void believesNoLayerOfAnotherDigest() throws Exception {
    StoreFixture fixture = new StoreFixture(temp.resolve("store"));
    byte[] tar = new TarBytes().directory("app/").bytes();
    DiffId other = new DiffId(Digest.of(new byte[1]));
    fixture.layers.addBlob(
        other,
        Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(tar), tar.length),
        blob -> new ByteArrayInputStream(tar));
    FileTree outline = fixture.layers.outline(LayerStack.EMPTY.plus(other), IndexSource.NONE);
    assertThatThrownBy(() -> outline.find("/app")).isInstanceOf(DigestMismatchException.class);
    assertThat(names(temp.resolve("store/layers/indexes"))).isEmpty();
  }

  private static List<String> names(Path folder) {
    return List.of(folder.toFile().list());
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "flipped", "zeros", "longer", "empty"})
  void makesADamagedIndexAnew(String fault) throws Exception {
    StoreFixture fixture = new StoreFixture(temp.resolve("store"));
    byte[] tar = new TarBytes().directory("app/").file("app/f", "x").bytes();
    LayerStack stack = fixture.stack(tar);
    fixture.layers.outline(stack, IndexSource.NONE).find("/app");
    Path file = temp.resolve("store/layers/indexes/" + Digest.of(tar).hex());
    byte[] good = Files.readAllBytes(file);
    byte[] bad = java.util.Arrays.copyOf(good, good.length);
    switch (fault) {
      case "cut" -> bad = java.util.Arrays.copyOf(good, good.length - 3);
      case "flipped" -> bad[good.length / 2] ^= 0x10;
      case "zeros" -> java.util.Arrays.fill(bad, good.length / 2, good.length, (byte) 0);
      case "longer" ->
          bad = "no index at all, but a text".getBytes(java.nio.charset.StandardCharsets.UTF_8);
      default -> bad = new byte[0];
    }
    byte[] damaged = bad;
    assertThatThrownBy(() -> LayerIndex.parse(damaged))
        .isInstanceOf(IllegalArgumentException.class);
    Files.write(file, damaged);
    StoreFixture later = new StoreFixture(temp.resolve("store"));
    assertThat(later.layers.outline(stack, IndexSource.NONE).find("/app/f")).isPresent();
    assertThat(Files.readAllBytes(file)).isEqualTo(good);
  }

  @Test
  void keepsNamesThatAreNoText() throws Exception {
    StoreFixture fixture = new StoreFixture(temp.resolve("store"));
    byte[] tar =
        new TarBytes()
            .directory("d/")
            .file("d/\u00FF\u00FEx", "")
            .pax("mtime", "12.5", "SCHILY.xattr.security.capability", "cap")
            .file("d/timed", "")
            .device('3', "null", 1, 3)
            .symlink("s", "\u00FF")
            .bytes();
    LayerStack stack = fixture.stack(tar);
    Map<String, String> all = listing(fixture.layers.outline(stack, IndexSource.NONE));
    LayerIndex index = fixture.layers.index(stack.layers().get(0)).orElseThrow();
    LayerIndex read = LayerIndex.parse(index.toBytes());
    assertThat(read.toBytes()).isEqualTo(index.toBytes());
    assertThat(listing(indexed(fixture, "other").outline(stack, layer -> Optional.of(read))))
        .isEqualTo(all)
        .hasSize(5);
    FileNode timed = read.find("/d/timed");
    assertThat(timed.mtimeNanos()).isEqualTo(12_500_000_000L);
    assertThat(timed.identity().xattrs()).containsKey("security.capability");
    assertThat(read.find("/null").identity().device()).isEqualTo(0x103);
  }
}
