package dev.wadah.layer;

import dev.wadah.oci.DiffId;
import java.nio.file.Files;
import java.nio.file.Path;

/** Unpacks a layer with one directory and one file, and tells in ASCII what it sees. */
final class LocaleProbe {
  private LocaleProbe() {}

  public static void main(String[] args) throws Exception {
    StoreFixture fixture = new StoreFixture(Path.of(args[0]));
    LayerStack stack = fixture.stack(Files.readAllBytes(Path.of(args[1])));
    FileTree tree = fixture.layers.tree(stack);
    String directory = tree.list("/").get(0);
    String file = tree.list("/" + directory).get(0);
    String content = StoreFixture.text(tree, "/" + directory + "/" + file);
    DiffId again =
        fixture.layers.write(
            java.util.List.of(StoreFixture.file("/" + directory + file, "x")),
            LayerStore.Form.TREE);
    fixture.layers.openTar(again).readAllBytes();
    boolean whole = fixture.layers.verify().isEmpty();
    System.out.println("[" + ascii(directory + ", " + file) + ", " + content + ", " + whole + "]");
  }

  private static String ascii(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      out.append(c < 0x80 ? String.valueOf(c) : "\\u%04x".formatted((int) c));
    }
    return out.toString();
  }
}
