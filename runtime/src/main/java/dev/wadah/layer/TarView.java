package dev.wadah.layer;

import dev.wadah.content.PieceInput;
import dev.wadah.layer.FileNode.Identity;
import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.posix.PathBytes;
import dev.wadah.posix.PathTable;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A layer of our own that is kept as a tar, as part of a {@link MergedTree}. Headers are read where
 * {@link TarMarks} say, and the last ones that were read are kept. Only for canonical tars, in
 * which every parent is there, nothing comes twice and links point back. Safe for threads.
 */
final class TarView implements LayerView {
  /** Parts whose headers are kept: four thousand files. */
  private static final int MOST_PARTS = 64;

  private final Path tar;
  private final TarMarks marks;
  private final long linkIdentity;
  private final Map<Integer, TarPart> parts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, TarPart> eldest) {
          return size() > MOST_PARTS;
        }
      };

  /**
   * A view of a tar.
   *
   * @param linkIdentity tells the hard links of this layer from those of others
   */
  TarView(Path tar, TarMarks marks, long linkIdentity) {
    this.tar = tar;
    this.marks = marks;
    this.linkIdentity = linkIdentity;
  }

  /**
   * Reads all headers of a tar of which no marks are kept, twice if it has hard links: only those
   * tell which files have further names.
   */
  static TarMarks scan(Path tar) throws IOException {
    PathTable targets = new PathTable();
    TarMarks marks = scan(tar, targets);
    return targets.size() == 1 ? marks : scan(tar, targets);
  }

  /**
   * Reads all headers.
   *
   * @param targets of hard links, as far as they are known; gets those that are met
   */
  private static TarMarks scan(Path tar, PathTable targets) throws IOException {
    TarMarks.Builder marks = new TarMarks.Builder();
    try (TarReader reader = new TarReader(new FileInputStream(tar.toFile()))) {
      long start = 0;
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        LayerEntry known = TarEntries.read(entry);
        if (known instanceof LayerEntry.HardLink link) {
          targets.make(link.target());
        } else if (known instanceof LayerEntry.File file
            && !file.node().isDirectory()
            && targets.find(file.path()) > 0) {
          known = new LayerEntry.File(file.path(), withInode(file.node(), 1), file.content());
        }
        marks.add(known, start);
        boolean stored = entry.kind() == TarEntry.Kind.FILE;
        long size = stored ? entry.sizeBytes() : 0;
        start = reader.position() + size + TarBlocks.padding(size);
      }
    }
    return marks.build();
  }

  private synchronized TarPart part(int mark) throws IOException {
    TarPart part = parts.get(mark);
    if (part == null) {
      part = TarPart.read(tar, marks, mark);
      parts.put(mark, part);
    }
    return part;
  }

  @Override
  public FileNode find(String path) throws IOException {
    int mark = marks.floor(path);
    if (mark < 0) {
      return null;
    }
    TarPart part = part(mark);
    String first = part.link(path);
    if (first != null) {
      return find(first);
    }
    FileNode node = part.node(path);
    int link = node == null ? 0 : marks.link(mark, part.index(path));
    return link == 0 ? node : withInode(node, linkIdentity + link);
  }

  private static FileNode withInode(FileNode node, long inode) {
    Identity old = node.identity();
    return node.withIdentity(new Identity(old.device(), inode, old.xattrs()));
  }

  @Override
  public boolean isOpaque(String directory) throws IOException {
    if (!hidesAnything() || directory.equals("/")) {
      return hidesRoot();
    }
    int mark = marks.floor(directory);
    return mark >= 0 && part(mark).isOpaque(directory);
  }

  /** Whether the layer hides all that is below it. */
  boolean hidesRoot() {
    return marks.hides() == TarMarks.Hides.EVERYTHING;
  }

  @Override
  public boolean hidesAnything() {
    return marks.hides() != TarMarks.Hides.NOTHING;
  }

  @Override
  public String[] names(String directory) throws IOException {
    List<String> names = new ArrayList<>();
    String below = directory.equals("/") ? "/" : directory + "/";
    for (int mark = Math.max(0, marks.floor(directory)); mark < marks.size(); ) {
      String inner = null;
      for (String path : part(mark).paths()) {
        if (path.startsWith(below)) {
          int slash = path.indexOf('/', below.length());
          inner = slash < 0 ? null : path.substring(0, slash);
          if (slash < 0) {
            names.add(path.substring(below.length()));
          }
        } else if (PathBytes.comparePaths(path, directory) > 0) {
          return names.toArray(new String[0]);
        }
      }
      // Past all that is in a directory of this one.
      mark = inner == null ? mark + 1 : Math.max(mark + 1, marks.lastWithin(inner));
    }
    return names.toArray(new String[0]);
  }

  @Override
  public InputStream open(String path) throws IOException {
    int mark = marks.floor(path);
    TarPart part = mark < 0 ? null : part(mark);
    String first = part == null ? null : part.link(path);
    if (first != null) {
      return open(first);
    }
    FileNode node = part == null ? null : part.node(path);
    if (node == null || !node.isFile()) {
      throw new FileNotFoundException(path + " is no regular file of the layer");
    }
    FileInputStream in = new FileInputStream(tar.toFile());
    try {
      in.skipNBytes(part.offset(path));
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return new Section(in, node.sizeBytes());
  }

  @Override
  public Optional<Path> hostPath(String path) {
    return Optional.empty();
  }

  /** The next bytes of a stream, up to a number. */
  private static final class Section extends PieceInput {
    private final InputStream in;
    private long left;

    Section(InputStream in, long length) {
      this.in = in;
      this.left = length;
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
