package dev.wadah.layer;

import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.tar.InvalidLayerException;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the index of a layer from the entries of its tar, doing with names what {@link
 * LayerApplier} does with files. Whatever is odd or hostile, or depends on what lower layers hold,
 * gives no index: such a layer must be unpacked. Not for use by several threads at once.
 */
public final class IndexBuilder {
  private static final String WHITEOUT = ".wh.";
  private static final String AUFS = ".wh..wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int SYMLINK_MODE = 0777;

  /** A layer of more entries has no index: it would not fit into the memory of a small builder. */
  static final int MOST_ENTRIES = 250_000;

  /** Nor one whose names and links are longer, all together: 48 Mi characters. */
  static final int MOST_TEXT = 48 << 20;

  /** In the order of the tar, which mostly is that of the index, so that sorting takes no time. */
  private final Map<String, FileNode> nodes = new LinkedHashMap<>();

  private final Set<String> opaque = new HashSet<>();
  private final Set<String> asked = new HashSet<>();
  private final Map<String, byte[]> contents = new HashMap<>();
  private String lastWritten = "";
  private String lastReal = "";
  private long links;
  private long entries;
  private long text;
  private boolean usable = true;

  /**
   * Takes the next entry, in the order of the tar.
   *
   * @return the path under which {@link #keep} wants the file's content; empty when it does not
   */
  public Optional<String> add(TarEntry entry) {
    try {
      return add(entry, LayerApplier.clean(entry.name()));
    } catch (IOException e) {
      giveUp(); // as below
      return Optional.empty();
    }
  }

  /** As above, for whom the path of the entry is known. */
  Optional<String> add(TarEntry entry, String path) {
    text += entry.name().length() + entry.link().length();
    if (!usable || ++entries > MOST_ENTRIES || text > MOST_TEXT) {
      giveUp();
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(take(entry, path));
    } catch (IOException e) {
      giveUp(); // whoever unpacks the layer says what is wrong with it
      return Optional.empty();
    }
  }

  private void giveUp() {
    usable = false;
    nodes.clear();
    asked.clear();
  }

  /** Keeps the content of a file that {@link #add} asked for. */
  public void keep(String path, byte[] content) {
    contents.put(path, content);
  }

  /** The index; empty when the layer is nothing for one. */
  public Optional<LayerIndex> build() {
    if (!usable) {
      return Optional.empty();
    }
    contents.keySet().removeIf(path -> !isKept(path));
    return Optional.of(new LayerIndex(new LayerIndex.Parts(nodes, opaque, asked, contents)));
  }

  /** Reads a whole tar; what follows its end is left. */
  static Optional<LayerIndex> read(TarReader tar) throws IOException {
    IndexBuilder builder = new IndexBuilder();
    for (TarEntry entry = tar.next(); entry != null && builder.usable; entry = tar.next()) {
      Optional<String> wanted = builder.add(entry);
      if (wanted.isPresent()) {
        builder.keep(wanted.get(), tar.content().readAllBytes());
      }
    }
    return builder.build();
  }

  /** The index of a layer of our own, or of one that is complete in itself. */
  static Optional<LayerIndex> of(Iterable<LayerEntry> entries) throws IOException {
    IndexBuilder builder = new IndexBuilder();
    for (LayerEntry entry : entries) {
      builder.text += entry.path().length();
      if (++builder.entries > MOST_ENTRIES || builder.text > MOST_TEXT) {
        return Optional.empty();
      }
      if (entry instanceof LayerEntry.File file) {
        builder.nodes.put(file.path(), plain(file.node()));
        if (builder.isKept(file.path())) {
          try (InputStream in = file.content().open()) {
            builder.keep(file.path(), in.readAllBytes());
          }
        }
      } else if (entry instanceof LayerEntry.HardLink link) {
        builder.share(link.path(), link.target());
      } else if (entry instanceof LayerEntry.Whiteout whiteout) {
        builder.nodes.put(whiteout.path(), LayerView.WHITEOUT);
      } else {
        builder.opaque.add(entry.path());
      }
    }
    return builder.build();
  }

  /** The paths of files whose content is kept, and that are files of a moderate size. */
  List<String> wanted() {
    return LayerIndex.sorted(LayerIndex.KEPT_FILES).stream().filter(this::isKept).toList();
  }

  private boolean isKept(String path) {
    FileNode node = LayerIndex.KEPT_FILES.contains(path) ? nodes.get(path) : null;
    return node != null && node.isFile() && node.sizeBytes() <= LayerIndex.MOST_KEPT_BYTES;
  }

  private String take(TarEntry entry, String path) throws IOException {
    if (path.equals("/")) {
      require(entry.kind() == TarEntry.Kind.DIRECTORY);
      return null;
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.startsWith(WHITEOUT)) {
      mark(parent(path), name);
    } else if (!path.contains("/.wh.")) {
      return file(entry, child(parent(path), name));
    }
    return null;
  }

  private static void require(boolean sound) throws InvalidLayerException {
    if (!sound) {
      throw new InvalidLayerException("an entry that an index cannot hold");
    }
  }

  private void mark(String parent, String name) throws IOException {
    if (name.equals(OPAQUE)) {
      opaque.add(parent);
      return;
    }
    if (name.startsWith(AUFS)) {
      return;
    }
    String hidden = name.substring(WHITEOUT.length());
    require(!hidden.isEmpty() && !hidden.equals(".") && !hidden.equals(".."));
    String path = child(parent, hidden);
    FileNode there = nodes.get(path);
    if (there == null) {
      nodes.put(path, LayerView.WHITEOUT);
    } else if (there.isDirectory()) {
      opaque.add(path);
    }
  }

  private String file(TarEntry entry, String path) throws IOException {
    FileNode there = nodes.get(path);
    if (there != null && !(there.isDirectory() && entry.kind() == TarEntry.Kind.DIRECTORY)) {
      forget(path, there);
      if (entry.kind() == TarEntry.Kind.DIRECTORY && there.equals(LayerView.WHITEOUT)) {
        opaque.add(path);
      }
    }
    if (entry.kind() == TarEntry.Kind.HARD_LINK) {
      link(path, entry.link());
      return null;
    }
    nodes.put(path, node(entry));
    return isKept(path) ? path : null;
  }

  /** Removes what is replaced, with all below it. */
  private void forget(String path, FileNode there) {
    nodes.remove(path);
    contents.remove(path);
    if (there.isDirectory()) {
      String below = path + "/";
      nodes.keySet().removeIf(other -> other.startsWith(below));
      contents.keySet().removeIf(other -> other.startsWith(below));
      opaque.removeIf(other -> other.equals(path) || other.startsWith(below));
    }
    lastWritten = "";
  }

  private static FileNode node(TarEntry entry) throws InvalidLayerException {
    FileNode node = plain(TarEntries.node(entry));
    require(node.type() != FileNode.Type.CHARACTER_DEVICE || node.identity().device() != 0);
    return node;
  }

  /** The attributes that an unpacked file shows. */
  private static FileNode plain(FileNode node) {
    boolean device =
        node.type() == FileNode.Type.CHARACTER_DEVICE || node.type() == FileNode.Type.BLOCK_DEVICE;
    byte[] capability = node.isFile() ? node.identity().xattrs().get(FileNodes.CAPABILITY) : null;
    Identity identity =
        capability == null && !device
            ? Identity.PLAIN
            : new Identity(
                device ? node.identity().device() : 0,
                0,
                capability == null ? Map.of() : Map.of(FileNodes.CAPABILITY, capability));
    return new FileNode(
        node.type(),
        node.isSymlink() ? SYMLINK_MODE : node.mode(),
        node.uid(),
        node.gid(),
        node.isFile() ? node.sizeBytes() : 0,
        node.mtimeNanos(),
        node.isSymlink() ? node.link() : "",
        identity);
  }

  /** A hard link to what a lower layer holds would copy it, so it needs its content. */
  private void link(String path, String written) throws IOException {
    String target = LayerApplier.clean(written);
    require(!target.equals("/") && !target.contains("/.wh."));
    int slash = target.lastIndexOf('/');
    String parent = slash == 0 ? "/" : PathResolver.resolve(this::find, target.substring(0, slash));
    share(path, child(parent, target.substring(slash + 1)));
  }

  private void share(String path, String target) throws IOException {
    FileNode file = nodes.get(target);
    require(file != null && !file.isDirectory() && !file.equals(LayerView.WHITEOUT));
    if (file.identity().inode() == 0) {
      Identity old = file.identity();
      file = file.withIdentity(new Identity(old.device(), ++links, old.xattrs()));
      nodes.put(target, file);
    }
    nodes.put(path, file);
    byte[] content = contents.get(target);
    if (content != null) {
      contents.put(path, content);
    }
  }

  /** The true directory that an entry lies in, noted as implied when nobody has named it. */
  private String parent(String path) throws IOException {
    String written = path.substring(0, path.lastIndexOf('/'));
    if (written.isEmpty()) {
      return "/";
    }
    if (!written.equals(lastWritten)) {
      FileNode there = nodes.get(written);
      lastReal = there != null && there.isDirectory() ? written : make(written);
      lastWritten = written;
    }
    return lastReal;
  }

  private String make(String written) throws IOException {
    String real = PathResolver.resolve(this::find, written);
    for (int slash = real.indexOf('/', 1);
        real.length() > 1;
        slash = real.indexOf('/', slash + 1)) {
      String directory = slash < 0 ? real : real.substring(0, slash);
      FileNode there = nodes.get(directory);
      if (there == null) {
        asked.add(directory);
        nodes.put(directory, LayerIndex.IMPLIED);
      } else if (there.equals(LayerView.WHITEOUT)) {
        nodes.put(directory, UnpackedDirectories.MADE);
        opaque.add(directory);
      } else {
        require(there.isDirectory());
      }
      if (slash < 0) {
        break;
      }
    }
    return real;
  }

  private static String child(String parent, String name) {
    return parent.length() == 1 ? "/" + name : parent + "/" + name;
  }

  /** The layer so far, as far as resolving links needs it; what it lacks was asked for below. */
  private Optional<FileNode> find(String path) {
    FileNode there = nodes.get(path);
    if (there == null) {
      asked.add(path);
    }
    return there == null || there.equals(LayerView.WHITEOUT)
        ? Optional.empty()
        : Optional.of(there);
  }
}
