package dev.wadah.layer;

import static dev.wadah.layer.StoreFixture.entries;
import static dev.wadah.layer.StoreFixture.file;
import static dev.wadah.layer.StoreFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.content.Leases;
import dev.wadah.oci.DiffId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stacks of many layers, whose trees have the lower ones in common. */
class StackedLayersTest {
  private static final String DIRECTORY = "<directory>";
  private static final String[] NAMES = {"a", "b", "c", "d"};

  @TempDir Path temp;
  private StoreFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new StoreFixture(temp.resolve("store"));
  }

  /** Around the numbers at which a tree of lower layers begins to be shared. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @SuppressWarnings("try") // the lease is held, not used
  void showsWhatTheLayersMakeOfEachOther(long seed) throws IOException {
    Random random = new Random(seed);
    Map<String, String> model = new TreeMap<>();
    try (Leases.Lease lease = fixture.store.leases().take()) {
      LayerStack stack = LayerStack.EMPTY;
      for (int i = 1; i <= 70; i++) {
        stack = stack.plus(i % 9 == 0 ? ownTar(i, model) : layer(i, random, model));
        if (i % 8 < 2 || i == 70) {
          check(outline(stack), model, "outline of layer " + i);
          check(fixture.layers.tree(stack), model, "layer " + i);
        }
      }
      fixture.layers.lowerDirectories(stack);
      check(fixture.layers.tree(stack), model, "unpacked");
      check(outline(stack), model, "outline of what is unpacked");
    }
  }

  private FileTree outline(LayerStack stack) {
    return fixture.layers.outline(stack, IndexSource.NONE);
  }

  @Test
  @SuppressWarnings("try") // the lease is held, not used
  void keepsWhatItFoundForStacksThatGrowOutOfAnother() throws IOException {
    byte[][] tars = new byte[40][];
    for (int i = 0; i < tars.length; i++) {
      tars[i] = new TarBytes().file("f" + i, "1").bytes();
    }
    LayerStack stack = fixture.stack(tars);
    DiffId top = fixture.add(new TarBytes().file("top", "1").bytes());
    List<Path> below;
    try (Leases.Lease lease = fixture.store.leases().take()) {
      below = fixture.layers.lowerDirectories(stack);
      List<Path> above = fixture.layers.lowerDirectories(stack.plus(top));

      assertThat(above).hasSize(41);
      for (int i = 0; i < below.size(); i++) {
        assertThat(above.get(i + 1)).isSameAs(below.get(i));
      }
    }
    try (Leases.Lease lease = fixture.store.leases().take()) {
      List<Path> later = fixture.layers.lowerDirectories(stack);
      assertThat(later).isEqualTo(below);
      assertThat(later.get(0)).as("looked for under each lease").isNotSameAs(below.get(0));
    }
  }

  @Test
  @SuppressWarnings("try") // the lease is held, not used
  void looksAgainForWhatWasRemoved() throws IOException {
    LayerStack stack =
        fixture.stack(
            new TarBytes().file("low", "1").bytes(), new TarBytes().file("high", "1").bytes());
    try (Leases.Lease lease = fixture.store.leases().take()) {
      List<Path> before = fixture.layers.lowerDirectories(stack);
      fixture.layers.delete(stack.below().top());
      fixture.add(new TarBytes().file("low", "1").bytes());

      assertThat(before.get(1)).doesNotExist();
      assertThat(fixture.layers.lowerDirectories(stack)).hasSize(2).allMatch(Path::isAbsolute);
      assertThat(text(fixture.layers.tree(stack), "/low")).isEqualTo("1");
    }
  }

  /** A step asks for a dozen names; how many layers lie below must not show in what that costs. */
  @Test
  void asksFewLayersHoweverManyThereAre() throws IOException {
    StackedLayer layer = null;
    List<Counted> views = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      views.add(new Counted("f" + i));
      layer = new StackedLayer(views.get(i), Path.of("/" + i), null, layer);
    }
    ask(layer, 0);
    ask(layer, 1);
    views.forEach(view -> view.asked = 0);

    for (int step = 0; step < 40; step++) {
      views.add(new Counted("r" + step));
      layer = new StackedLayer(views.get(views.size() - 1), Path.of("/" + step), null, layer);
      ask(layer, step);
    }

    int asked = views.stream().mapToInt(view -> view.asked).sum();
    // Sixteen layers above the shared ones on an average, which a new name and each of two
    // directories is looked for in, and now and then 32 of them become shared.
    assertThat(asked / 40).isLessThan(150);
  }

  private static void ask(StackedLayer layer, int step) throws IOException {
    FileTree tree =
        new MergedTree(
            new MergedTree.Layers() {
              @Override
              public MergedTree.Opened open() {
                return layer.open();
              }

              @Override
              public FileNode root() {
                return UnpackedDirectories.MADE;
              }
            });
    assertThat(tree.find("/new" + step)).isEmpty();
    assertThat(tree.find("/f3")).isPresent();
    assertThat(tree.find("/both/new" + step)).isEmpty();
    assertThat(tree.find("/both/f3")).isPresent();
  }

  /** A layer with a file at its top and in a directory that all of them have. */
  private static final class Counted implements LayerView {
    private final String file;
    private int asked;

    Counted(String file) {
      this.file = file;
    }

    @Override
    public FileNode find(String path) {
      asked++;
      return path.equals("/both") || path.equals("/" + file) || path.equals("/both/" + file)
          ? UnpackedDirectories.MADE
          : null;
    }

    @Override
    public boolean isOpaque(String directory) {
      return false;
    }

    @Override
    public boolean hidesAnything() {
      return false;
    }

    @Override
    public String[] names(String directory) {
      asked++;
      return directory.equals("/") ? new String[] {"both", file} : new String[] {file};
    }

    @Override
    public InputStream open(String path) {
      return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public Optional<Path> hostPath(String path) {
      return Optional.empty();
    }
  }

  /** A layer that changes something below two of the four names at the top. */
  private DiffId layer(int i, Random random, Map<String, String> model) throws IOException {
    TarBytes tar = new TarBytes().file("n" + i, "");
    model.put("/n" + i, "");
    int first = random.nextInt(NAMES.length);
    for (int k = 0; k < 2; k++) {
      change(NAMES[(first + k) % NAMES.length], i, random, model, tar);
    }
    return fixture.add(tar.bytes());
  }

  private static void change(
      String top, int i, Random random, Map<String, String> model, TarBytes tar) {
    String middle = top + "/" + NAMES[random.nextInt(NAMES.length)];
    String path = middle + "/" + NAMES[random.nextInt(NAMES.length)];
    switch (random.nextInt(8)) {
      case 0 -> {
        tar.file(".wh." + top, "");
        remove(model, "/" + top);
      }
      case 1 -> {
        tar.file(top, "file " + i);
        remove(model, "/" + top);
        model.put("/" + top, "file " + i);
      }
      case 2 -> {
        tar.directory(top + "/").file(top + "/.wh." + middle.substring(2), "");
        makeDirectory(model, "/" + top);
        remove(model, "/" + middle);
      }
      case 3 -> {
        tar.directory(top + "/").directory(middle + "/").file(middle + "/.wh..wh..opq", "");
        tar.file(path, "opaque " + i);
        makeDirectory(model, "/" + top);
        remove(model, "/" + middle);
        makeDirectory(model, "/" + middle);
        model.put("/" + path, "opaque " + i);
      }
      default -> {
        tar.directory(top + "/").directory(middle + "/").file(path, "file " + i);
        makeDirectory(model, "/" + top);
        makeDirectory(model, "/" + middle);
        remove(model, "/" + path);
        model.put("/" + path, "file " + i);
      }
    }
  }

  /** A layer that is not unpacked until it is mounted. */
  private DiffId ownTar(int i, Map<String, String> model) throws IOException {
    model.put("/own" + i, "own " + i);
    model.put("/own", "own " + i);
    return fixture.layers.write(
        entries(file("/own", "own " + i), file("/own" + i, "own " + i)), LayerStore.Form.TAR);
  }

  private static void makeDirectory(Map<String, String> model, String path) {
    if (!DIRECTORY.equals(model.get(path))) {
      model.put(path, DIRECTORY);
    }
  }

  private static void remove(Map<String, String> model, String path) {
    model.keySet().removeIf(other -> other.equals(path) || other.startsWith(path + "/"));
  }

  /** Asks for everything often enough to make the tree remember it. */
  private static void check(FileTree tree, Map<String, String> model, String when)
      throws IOException {
    for (int round = 0; round < 3; round++) {
      for (String top : NAMES) {
        checkOne(tree, model, "/" + top, when);
        for (String middle : NAMES) {
          checkOne(tree, model, "/" + top + "/" + middle, when);
          for (String name : NAMES) {
            checkOne(tree, model, "/" + top + "/" + middle + "/" + name, when);
          }
        }
      }
    }
    for (String path : model.keySet()) {
      checkOne(tree, model, path, when);
    }
    assertThat(tree.list("/")).as(when).containsExactlyElementsOf(names(model, ""));
  }

  private static void checkOne(FileTree tree, Map<String, String> model, String path, String when)
      throws IOException {
    String expected = model.get(path);
    Optional<FileNode> found = tree.find(path);
    assertThat(found.isPresent()).as(when + ": " + path).isEqualTo(expected != null);
    if (DIRECTORY.equals(expected)) {
      assertThat(found.orElseThrow().isDirectory()).as(when + ": " + path).isTrue();
      assertThat(tree.list(path))
          .as(when + ": names in " + path)
          .containsExactlyElementsOf(names(model, path));
    } else if (expected != null) {
      assertThat(text(tree, path)).as(when + ": " + path).isEqualTo(expected);
    }
  }

  private static Set<String> names(Map<String, String> model, String directory) {
    Set<String> names = new TreeSet<>();
    for (String path : model.keySet()) {
      if (path.startsWith(directory + "/") && path.indexOf('/', directory.length() + 1) < 0) {
        names.add(path.substring(directory.length() + 1));
      }
    }
    return names;
  }
}
