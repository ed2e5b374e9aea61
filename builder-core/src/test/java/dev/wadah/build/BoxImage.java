package dev.wadah.build;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image "box" of the machine's static busybox, in a store of its own, and builds on it. */
final class BoxImage {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final String APPLETS =
      "cat date echo false grep head ls mkdir pwd rm seq sh sleep touch true wc";

  private BoxImage() {}

  /** Whether builds can run here; a machine that must not skip says WADAH_MUST_WORK=1. */
  static boolean usable() {
    return "1".equals(System.getenv("WADAH_MUST_WORK"))
        || (Files.isExecutable(BUSYBOX) && "root".equals(System.getProperty("user.name")));
  }

  /** Opens a store and puts the image into it, for this machine's platform and for another one. */
  static Engine store(Path root) throws IOException {
    Engine engine = Engine.open(root);
    DiffId layer = engine.layers().write(entries(), LayerStore.Form.TREE);
    tag(engine, "box", layer, Platform.host());
    tag(engine, "foreign", layer, Platform.parse("linux/s390x"));
    return engine;
  }

  private static void tag(Engine engine, String name, DiffId layer, Platform platform)
      throws IOException {
    ImageConfig config = PlainImages.config(platform, List.of(layer));
    Image image = engine.images().create(config, Map.of());
    engine.images().tag(ImageReference.parse(name), image.descriptor());
  }

  private static List<LayerEntry> entries() {
    List<LayerEntry> entries = new ArrayList<>();
    entries.add(PlainImages.directory("/"));
    entries.add(PlainImages.directory("/bin"));
    LayerEntry.Content content =
        new LayerEntry.Content() {
          @Override
          public InputStream open() throws IOException {
            return Files.newInputStream(BUSYBOX);
          }

          @Override
          public Optional<Path> hostPath() {
            return Optional.of(BUSYBOX);
          }
        };
    long size = BUSYBOX.toFile().length();
    List<String> names = new ArrayList<>(List.of(APPLETS.split(" ", -1)));
    names.add("busybox");
    names.sort(null);
    for (String name : names) {
      boolean isFile = name.equals("busybox");
      FileNode node =
          new FileNode(
              isFile ? FileNode.Type.FILE : FileNode.Type.SYMLINK,
              isFile ? 0755 : 0777,
              0,
              0,
              isFile ? size : 0,
              0,
              isFile ? "" : "busybox",
              FileNode.Identity.PLAIN);
      LayerEntry.Content bytes = isFile ? content : LayerEntry.Content.NONE;
      entries.add(new LayerEntry.File("/bin/" + name, node, bytes));
    }
    return entries;
  }

  /** A request for the Dockerfile in a folder, with the image store as its output. */
  static BuildRequest request(Path context, Map<String, String> buildArgs) {
    return BoxRequest.of(context).buildArgs(buildArgs).make();
  }

  /** Builds once more, as a process of its own: store, context. */
  public static void main(String[] args) throws Exception {
    Engine engine = Engine.open(Path.of(args[0]));
    Outcomes outcomes = new Outcomes();
    new Builder(engine).build(request(Path.of(args[1]), Map.of()), outcomes);
    System.out.println(outcomes.of("RUN"));
  }
}
