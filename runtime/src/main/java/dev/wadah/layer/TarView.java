package dev.wadah.layer;

import dev.wadah.layer.TarEntry.Kind;
import dev.wadah.posix.Posix;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A layer of our own that is kept as a tar, as part of a {@link MergedTree}: its headers are read
 * once, contents where they lie. Only for canonical tars, in which every parent is there, nothing
 * comes twice and links point back. Safe for threads.
 */
final class TarView implements LayerView {
  private static final String WHITEOUT_PREFIX = ".wh.";
  private static final String OPAQUE_NAME = ".wh..wh..opq";

  private final Path tar;
  private final Map<String, FileNode> nodes = new HashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<String, List<String>> names = new HashMap<>();
  private final Set<String> opaque = new HashSet<>();
  private boolean hides;

  /**
   * Reads the headers of a tar.
   *
   * @param linkIdentity tells the hard links of this layer from those of others
   */
  TarView(Path tar, long linkIdentity) throws IOException {
    this.tar = tar;
    names.put("/", new ArrayList<>());
    try (TarReader reader = new TarReader(new FileInputStream(tar.toFile()))) {
      long links = 0;
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        if (entry.kind() == Kind.HARD_LINK) {
          addLink(entry, linkIdentity + ++links);
        } else {
          add(entry, reader.position());
        }
      }
    }
  }

  private void add(TarEntry entry, long offset) throws IOException {
    String path = LayerApplier.clean(entry.name());
    int slash = path.lastIndexOf('/');
    String directory = slash == 0 ? "/" : path.substring(0, slash);
    String name = path.substring(slash + 1);
    if (name.equals(OPAQUE_NAME)) {
      opaque.add(directory);
      hides = true;
      return;
    }
    FileNode node = WHITEOUT;
    if (name.startsWith(WHITEOUT_PREFIX)) {
      name = name.substring(WHITEOUT_PREFIX.length());
      path = path.substring(0, slash + 1) + name;
      hides = true;
    } else {
      node = node(entry);
    }
    put(path, directory, name, node);
    if (node.isDirectory()) {
      names.put(path, new ArrayList<>());
    } else if (node.isFile()) {
      offsets.put(path, offset);
    }
  }

  private void put(String path, String directory, String name, FileNode node) {
    nodes.put(path, node);
    names.get(directory).add(name);
  }

  private void addLink(TarEntry entry, long fresh) throws IOException {
    String path = LayerApplier.clean(entry.name());
    String target = LayerApplier.clean(entry.link());
    FileNode node = nodes.get(target);
    if (node.identity().inode() == 0) {
      FileNode.Identity old = node.identity();
      node = node.withIdentity(new FileNode.Identity(old.device(), fresh, old.xattrs()));
      nodes.put(target, node);
    }
    int slash = path.lastIndexOf('/');
    put(path, slash == 0 ? "/" : path.substring(0, slash), path.substring(slash + 1), node);
    if (node.isFile()) {
      offsets.put(path, offsets.get(target));
    }
  }

  /** What an entry says, be it as it may. */
  static FileNode node(TarEntry entry) {
    FileNode.Type type =
        switch (entry.kind()) {
          case FILE, HARD_LINK -> FileNode.Type.FILE;
          case DIRECTORY -> FileNode.Type.DIRECTORY;
          case SYMLINK -> FileNode.Type.SYMLINK;
          case FIFO -> FileNode.Type.FIFO;
          case CHARACTER_DEVICE -> FileNode.Type.CHARACTER_DEVICE;
          case BLOCK_DEVICE -> FileNode.Type.BLOCK_DEVICE;
        };
    TarEntry.Extras extras = entry.extras();
    boolean device = type == FileNode.Type.CHARACTER_DEVICE || type == FileNode.Type.BLOCK_DEVICE;
    FileNode.Identity identity =
        !device && extras.xattrs().isEmpty()
            ? FileNode.Identity.PLAIN
            : new FileNode.Identity(
                device ? Posix.device(extras.major(), extras.minor()) : 0, 0, extras.xattrs());
    return new FileNode(
        type,
        entry.mode(),
        entry.owner().uid(),
        entry.owner().gid(),
        entry.sizeBytes(),
        entry.mtimeNanos(),
        entry.link(),
        identity);
  }

  @Override
  public FileNode find(String path) {
    return nodes.get(path);
  }

  @Override
  public boolean isOpaque(String directory) {
    return opaque.contains(directory);
  }

  /** Whether the layer hides all that is below it. */
  boolean hidesRoot() {
    return opaque.contains("/");
  }

  @Override
  public boolean hidesAnything() {
    return hides;
  }

  @Override
  public String[] names(String directory) {
    List<String> found = names.get(directory);
    return found == null ? new String[0] : found.toArray(new String[0]);
  }

  @Override
  public InputStream open(String path) throws IOException {
    Long offset = offsets.get(path);
    if (offset == null) {
      throw new FileNotFoundException(path + " is no regular file of the layer");
    }
    FileInputStream in = new FileInputStream(tar.toFile());
    try {
      in.skipNBytes(offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return new Section(in, nodes.get(path).sizeBytes());
  }

  @Override
  public Optional<Path> hostPath(String path) {
    return Optional.empty();
  }

  /** The next bytes of a stream, up to a number. */
  private static final class Section extends InputStream {
    private final InputStream in;
    private long left;

    Section(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return length == 0 ? 0 : -1;
      }
      int n = in.read(into, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw new java.io.EOFException("a layer's tar became shorter while it was read");
      }
      left -= n;
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
