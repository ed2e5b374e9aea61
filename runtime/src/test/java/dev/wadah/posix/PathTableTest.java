package dev.wadah.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PathTableTest {
  private final PathTable table = new PathTable();

  @Test
  void givesEveryPathANumberOnce() {
    int b = table.make("/a/b");

    assertThat(table.make("/a/b")).isEqualTo(b).isEqualTo(table.find("/a/b"));
    assertThat(table.parent(b)).isEqualTo(table.find("/a")).isPositive();
    assertThat(table.find("/")).isZero();
    assertThat(table.find("/b")).isEqualTo(-1);
    assertThat(table.find("/a/b/c")).isEqualTo(-1);
    assertThat(table.size()).isEqualTo(3);
  }

  @Test
  void findsTheDeepestDirectoryThatHasANumber() {
    int b = table.make("/a/b");

    assertThat(table.nearest("/a/b/c/d")).isEqualTo(b);
    assertThat(table.nearest("/a/b")).isEqualTo(b);
    assertThat(table.nearest("/a/bb")).isEqualTo(table.find("/a"));
    assertThat(table.nearest("/x/a/b")).isZero();
    assertThat(table.nearest("/")).isZero();
  }

  @Test
  void walksInCanonicalOrderWhateverTheOrderOfMaking() {
    TreeSet<String> paths = new TreeSet<>(PathBytes::comparePaths);
    Random random = new Random(7);
    String[] names = {"a", "a-b", "a.", "b", "ä", "\uDCFF", "\uDC80x", "𐀀", "z z", "aa"};
    for (int i = 0; i < 5000; i++) {
      StringBuilder path = new StringBuilder();
      for (int depth = random.nextInt(6); depth >= 0; depth--) {
        path.append('/').append(names[random.nextInt(names.length)]);
        paths.add(path.toString());
      }
    }
    List<String> shuffled = new ArrayList<>(paths);
    Collections.shuffle(shuffled, random);
    shuffled.forEach(table::make);

    List<String> walked = new ArrayList<>();
    for (int number : table.walk()) {
      walked.add(table.path(number));
      assertThat(table.find(table.path(number))).isEqualTo(number);
    }
    assertThat(walked)
        .containsExactlyElementsOf(Stream.concat(Stream.of("/"), paths.stream()).toList());
  }

  @Test
  void listsWhatIsInADirectoryByTheBytesOfItsNames() {
    for (String path : new String[] {"/d/b", "/d/a-b", "/e", "/d/a/x", "/d/ä", "/d/\uDCFF"}) {
      table.make(path);
    }

    PathTable.Listing listing = table.listing();

    int d = table.find("/d");
    assertThat(IntStream.range(0, listing.size(d)).map(i -> listing.child(d, i)))
        .extracting(table::name)
        .containsExactly("a", "a-b", "b", "ä", "\uDCFF");
    assertThat(listing.size(table.find("/e"))).isZero();
    assertThat(listing.size(0)).isEqualTo(2);
    assertThat(listing.child(table.find("/d/a"), 0)).isEqualTo(table.find("/d/a/x"));
  }

  @Test
  void walksDownAnyDepth() {
    String deep = "/d".repeat(20_000);

    int number = table.make(deep);

    int[] walk = table.walk();
    assertThat(walk).hasSize(20_001).endsWith(number);
    assertThat(table.path(number)).isEqualTo(deep);
  }
}
