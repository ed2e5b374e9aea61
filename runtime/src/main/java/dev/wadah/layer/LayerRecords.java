package dev.wadah.layer;

import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the store remembers of layers, one small file each below {@code layers/ids}: {@code
 * HEX.tree} says where the unpacked tree is and is the last thing written of it; {@code HEX.blob}
 * says in which blob the layer came. Files are written whole and renamed.
 */
final class LayerRecords {
  private static final int LONGEST_RECORD = 4096;

  private final Store store;
  private final String ids;

  LayerRecords(Store store) throws IOException {
    this.store = store;
    this.ids = store.room("layers/ids").toString();
  }

  /**
   * An unpacked tree.
   *
   * @param name of the directory below {@code layers/trees}; empty when the layer is unpacked per
   *     stack, see {@link LayerStore}
   * @param origin whether the canonical tar can be made from it again
   * @param marks whether it hides anything of lower layers
   * @param tarSizeBytes size of its tar
   * @param root what the layer says of the root directory; null when it says nothing
   */
  record Tree(String name, Origin origin, Marks marks, long tarSizeBytes, FileNode root) {}

  /** Where a tree comes from. */
  enum Origin {
    OWN,
    FOREIGN
  }

  /** What a tree hides. ROOT: everything below it. */
  enum Marks {
    NONE,
    SOME,
    ROOT
  }

  /**
   * The record of a tree; null when there is none.
   *
   * @param chain empty, or what tells stacks apart
   */
  Tree tree(DiffId layer, String chain) throws IOException {
    return parsed(read(file(layer, ".tree" + chain)));
  }

  private static Tree parsed(String text) {
    if (text == null) {
      return null;
    }
    String[] f = text.strip().split(" ", -1);
    if (f.length < 5) {
      return null;
    }
    FileNode root =
        f.length < 8
            ? null
            : new FileNode(
                FileNode.Type.DIRECTORY,
                Integer.parseInt(f[4], 8),
                Integer.parseInt(f[5]),
                Integer.parseInt(f[6]),
                0,
                Long.parseLong(f[7]),
                "",
                FileNode.Identity.PLAIN);
    String name = f[0].equals("-") ? "" : f[0];
    return new Tree(name, Origin.valueOf(f[1]), Marks.valueOf(f[2]), Long.parseLong(f[3]), root);
  }

  /** A record of a tree, as it was looked up before it is read. */
  final class Found {
    private final String file;
    private final FileStatus status;

    private Found(String file, FileStatus status) {
      this.file = file;
      this.status = status;
    }

    /** The tree; null when the record has just gone. */
    Tree tree() throws IOException {
      return parsed(read(file));
    }

    /** Whether it may describe a tree that a power cut took parts of. */
    boolean isDoubtful() {
      return store.doubtful(status.ctimeNanos());
    }

    /** Says that the tree is used now; false when it has just gone. */
    boolean renew() throws IOException {
      return store.leases().renew(file, status.mtimeNanos());
    }
  }

  /** The record of a tree, not read yet; null when there is none. */
  Found find(DiffId layer, String chain) throws IOException {
    String file = file(layer, ".tree" + chain);
    FileStatus status = FileStatus.of(file);
    return status == null ? null : new Found(file, status);
  }

  void putTree(DiffId layer, String chain, Tree tree) throws IOException {
    StringBuilder text = new StringBuilder(80);
    text.append(tree.name().isEmpty() ? "-" : tree.name()).append(' ').append(tree.origin());
    text.append(' ').append(tree.marks()).append(' ').append(tree.tarSizeBytes()).append(' ');
    FileNode root = tree.root();
    if (root == null) {
      text.append('-');
    } else {
      text.append(Integer.toOctalString(root.mode())).append(' ').append(root.uid());
      text.append(' ').append(root.gid()).append(' ').append(root.mtimeNanos());
    }
    write(file(layer, ".tree" + chain), text.append('\n').toString());
  }

  void removeTree(DiffId layer, String chain) throws IOException {
    remove(file(layer, ".tree" + chain));
  }

  /** The blob that a layer came in; null when it is not known. */
  Descriptor blob(DiffId layer) throws IOException {
    String file = file(layer, ".blob");
    // Asked first, since most layers have none, and an exception costs more than this.
    FileStatus status = FileStatus.of(file);
    String text = status == null ? null : read(file);
    if (text != null && !store.leases().renew(file, status.mtimeNanos())) {
      return null;
    }
    String[] fields = text == null ? new String[0] : text.strip().split(" ", -1);
    return fields.length < 3
        ? null
        : Descriptor.of(fields[2], Digest.parse(fields[0]), Long.parseLong(fields[1]));
  }

  void putBlob(DiffId layer, Descriptor blob) throws IOException {
    write(
        file(layer, ".blob"),
        blob.digest() + " " + blob.sizeBytes() + " " + blob.mediaType() + "\n");
  }

  void removeBlob(DiffId layer) throws IOException {
    remove(file(layer, ".blob"));
  }

  /** All names of records, such as {@code HEX.tree}. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, ids)) {
      if (!name.startsWith(".")) {
        names.add(name);
      }
    }
    return names;
  }

  private String file(DiffId layer, String suffix) {
    return ids + "/" + layer.digest().hex() + suffix;
  }

  private static String read(String file) throws IOException {
    byte[] buffer = new byte[LONGEST_RECORD];
    try {
      int n = Posix.readFile(Posix.CWD, file, buffer, 0, buffer.length);
      return new String(buffer, 0, n, StandardCharsets.UTF_8);
    } catch (PosixException e) {
      if (e.errnoName().equals("ENOENT")) {
        return null;
      }
      throw e;
    }
  }

  private void write(String file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int slash = file.lastIndexOf('/') + 1;
    String temporary =
        file.substring(0, slash)
            + "."
            + Long.toHexString(System.nanoTime())
            + file.substring(slash);
    long[] attributes = {0644, Posix.effectiveUser(), -1, 0};
    attributes[3] = System.currentTimeMillis() * 1_000_000L;
    Posix.putFile(Posix.CWD, temporary, bytes, 0, bytes.length, attributes);
    Posix.rename(Posix.CWD, temporary, Posix.CWD, file, 0);
  }

  private static void remove(String file) throws IOException {
    try {
      Posix.unlink(Posix.CWD, file);
    } catch (PosixException e) {
      if (!e.errnoName().equals("ENOENT")) {
        throw e;
      }
    }
  }
}
