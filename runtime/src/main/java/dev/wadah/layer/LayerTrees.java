package dev.wadah.layer;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerRecords.Marks;
import dev.wadah.layer.LayerRecords.Origin;
import dev.wadah.layer.LayerRecords.Tree;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.ChainId;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/**
 * The unpacked trees: {@code layers/trees/NAME}, with short names, since kernels before 6.5 take
 * all lower directories in one page. A tree grows in {@code layers/staging} beside a lock file, is
 * renamed when it is whole, and counts from the moment that its record is there.
 */
final class LayerTrees {
  private static final int NAME_LENGTH = 12;

  private final Store store;
  private final LayerRecords records;
  private final Path room;
  private final String trees;
  private final Path staging;
  private final TreeForm form;
  private final UnpackLimits limits;

  /** What this process has found, each under its lease. */
  private final Map<DiffId, Known> known = new ConcurrentHashMap<>();

  LayerTrees(Store store, LayerRecords records, TreeForm form, UnpackLimits limits)
      throws IOException {
    this.store = store;
    this.limits = limits;
    this.records = records;
    this.room = store.room("layers/trees");
    this.trees = room.toString();
    this.staging = store.room("layers/staging");
    // Set-user-id programs of images are nothing for other users of this machine.
    Posix.chmod(Posix.CWD, store.room("layers").toString(), 0700);
    this.form = form;
    StagedTree.removeLeftovers(staging);
  }

  UnpackLimits limits() {
    return limits;
  }

  /** What trees lack, until somebody asks. */
  private final Queue<String> remarks = new ConcurrentLinkedQueue<>();

  /** What was found under a lease stays as long as that is held. */
  private record Known(long lease, Tree tree, TreeView view) {}

  /**
   * What is known of a tree beside its name.
   *
   * @param root what the layer says of the root directory; null for nothing
   */
  record Unpacked(Origin origin, Marks marks, long tarSizeBytes, FileNode root) {}

  /**
   * A tar to be unpacked.
   *
   * @param origin whether it is a canonical tar of ours
   * @param sizeBytes its size, asked at the end
   * @param watcher is told of every entry
   */
  record Archive(
      Origin origin, InputStream tar, LongSupplier sizeBytes, LayerApplier.Watcher watcher) {}

  OverlayMarks marks() throws IOException {
    return form.marks();
  }

  String directory(Tree tree) {
    return trees + "/" + tree.name();
  }

  Path path(Tree tree) {
    return room.resolve(tree.name());
  }

  /** What is in an unpacked layer. */
  TreeEntries entries(Tree tree) throws IOException {
    return new TreeEntries(directory(tree), form.marks());
  }

  /** The lock under which a layer is unpacked. */
  Store.Lock lock(Digest digest) throws IOException {
    return store.lock("layer-" + digest.hex());
  }

  /** The lock under which a blob is fetched; a layer's may be held, and their digests be equal. */
  Store.Lock fetchLock(Digest digest) throws IOException {
    return store.lock("blob-" + digest.hex());
  }

  /** The tree from which the tar can be made again; null when there is none. */
  Tree own(DiffId layer) throws IOException {
    Tree tree = any(layer);
    return tree != null && tree.origin() == Origin.OWN ? tree : null;
  }

  /** The layer's record, be it of one tree or of several; null when there is none. */
  Tree any(DiffId layer) throws IOException {
    long lease = store.leases().current();
    Known before = known.get(layer);
    if (before != null && before.lease() != 0 && before.lease() == lease) {
      return before.tree();
    }
    Tree tree = sound(layer, "");
    if (tree != null) {
      known.put(layer, new Known(lease, tree, newView(tree)));
    }
    return tree;
  }

  /** What is in a tree, with what has been learnt of it before. */
  @SuppressWarnings("ReferenceEquality") // the very tree that was learnt of, not one like it
  TreeView view(DiffId layer, Tree tree) throws IOException {
    Known before = known.get(layer);
    return before != null && before.tree() == tree ? before.view() : newView(tree);
  }

  private TreeView newView(Tree tree) throws IOException {
    return new TreeView(directory(tree), form.marks(), tree.marks());
  }

  /** The tree to be mounted on top of {@code below}; null when it is not unpacked yet. */
  Tree find(DiffId layer, LayerStack below) throws IOException {
    Tree tree = any(layer);
    if (tree == null || !tree.name().isEmpty()) {
      return tree;
    }
    String chain = chain(below);
    return sound(layer, chain);
  }

  /** The tree, if there is one, it is whole, and no collector has just taken it. */
  private Tree sound(DiffId layer, String chain) throws IOException {
    LayerRecords.Found record = records.find(layer, chain);
    Tree tree = record == null ? null : record.tree();
    if (tree == null) {
      return null;
    }
    if (record.isDoubtful()) {
      return afterPowerCut(layer, chain, tree);
    }
    return record.renew() ? tree : null;
  }

  /** Keeps what is provably whole; the rest is unpacked again from its blob. */
  private Tree afterPowerCut(DiffId layer, String chain, Tree tree) throws IOException {
    if (tree.origin() == Origin.OWN && isWhole(layer, tree)) {
      records.putTree(layer, chain, tree);
      return tree;
    }
    records.removeTree(layer, chain);
    if (!tree.name().isEmpty()) {
      discard(path(tree));
    }
    return null;
  }

  private boolean isWhole(DiffId layer, Tree tree) {
    try {
      return diffIdOf(tree).equals(layer);
    } catch (IOException | java.io.UncheckedIOException e) {
      return false; // as good as torn: it is made again
    }
  }

  /** Looks at every tree that a power cut may have torn, and removes those that are. */
  void removeTorn() throws IOException {
    for (String record : records.names()) {
      int dot = record.indexOf(".tree");
      if (dot > 0) {
        DiffId layer = new DiffId(new Digest("sha256", record.substring(0, dot)));
        sound(layer, record.substring(dot + ".tree".length()));
      }
    }
  }

  /** What the tar of an own tree has as its digest now. */
  DiffId diffIdOf(Tree tree) throws IOException {
    try (HashedInput tar = new HashedInput(new TarStream(entries(tree)))) {
      return new DiffId(tar.finish());
    }
  }

  private static String chain(LayerStack below) {
    Optional<ChainId> chain = below.chainId();
    return chain.isEmpty() ? "-none" : "-" + chain.get().digest().hex().substring(0, 32);
  }

  /** Unpacks the tar of entries of our own, whose digest is only known afterwards. */
  DiffId unpackOwn(InputStream entries) throws IOException {
    try (StagedTree staged = StagedTree.begin(store, staging);
        HashedInput tar = new HashedInput(entries)) {
      FileTree nothing = new MergedTree(NOTHING);
      Unpacked unpacked;
      try (LayerApplier applier = new LayerApplier(staged.path(), form.marks(), nothing)) {
        applier.apply(new TarReader(tar), LayerApplier.Watcher.NONE);
        tar.finish();
        unpacked = unpacked(applier, Origin.OWN, tar.sizeBytes());
      }
      DiffId layer = new DiffId(tar.finish());
      adopt(layer, Path.of(staged.path()), unpacked);
      return layer;
    }
  }

  private static Unpacked unpacked(LayerApplier applier, Origin origin, long tarSizeBytes) {
    Marks hides = applier.hidesRoot() ? Marks.ROOT : applier.marked() ? Marks.SOME : Marks.NONE;
    return new Unpacked(origin, hides, tarSizeBytes, applier.rootNode());
  }

  /**
   * Unpacks a tar from elsewhere; the caller holds the layer's lock.
   *
   * @param archive its stream ends with an exception if it is another layer; nothing is left then
   */
  Tree unpack(DiffId layer, Archive archive, LayerStack below, FileTree belowTree)
      throws IOException {
    try (StagedTree staged = StagedTree.begin(store, staging);
        LayerApplier applier = new LayerApplier(staged.path(), form.marks(), belowTree)) {
      InputStream tar = limits.watchSpace(archive.tar(), staging);
      applier.apply(new TarReader(tar), archive.watcher());
      drain(tar);
      archive.watcher().unpacked(staged.path());
      for (String sentence : applier.leftOut().sentences()) {
        remarks.add("layer %s is not unpacked as it is: %s".formatted(layer, sentence));
      }
      Unpacked unpacked = unpacked(applier, archive.origin(), archive.sizeBytes().getAsLong());
      if (!applier.askedBelow()) {
        return place(layer, "", staged.path(), unpacked);
      }
      Tree several = tree("", unpacked);
      records.putTree(layer, "", several);
      return place(layer, chain(below), staged.path(), unpacked);
    }
  }

  /** What the trees lack that were unpacked since the last call, a sentence each. */
  List<String> takeRemarks() {
    List<String> taken = new ArrayList<>();
    for (String remark = remarks.poll(); remark != null; remark = remarks.poll()) {
      taken.add(remark);
    }
    return taken;
  }

  /** What follows the end of the archive belongs to the layer's digest too. */
  static void drain(InputStream tar) throws IOException {
    byte[] rest = new byte[8192];
    int n;
    do {
      n = tar.read(rest, 0, rest.length);
    } while (n >= 0);
  }

  /** Moves a whole tree into the store, unless the layer has one; then it is thrown away. */
  @SuppressWarnings("try") // the lock is held, not used
  void adopt(DiffId layer, Path directory, Unpacked unpacked) throws IOException {
    try (var lock = lock(layer.digest())) {
      Tree there = any(layer);
      if (there == null) {
        place(layer, "", directory.toString(), unpacked);
        return;
      }
    }
    discard(directory);
  }

  private Tree place(DiffId layer, String chain, String directory, Unpacked unpacked)
      throws IOException {
    String name = layer.digest().hex().substring(0, NAME_LENGTH) + (chain.isEmpty() ? "" : "s");
    for (int i = 0; ; i++) {
      String candidate = i == 0 ? name : name + i;
      try {
        Posix.rename(Posix.CWD, directory, Posix.CWD, trees + "/" + candidate, 0);
        Tree tree = tree(candidate, unpacked);
        records.putTree(layer, chain, tree);
        return tree;
      } catch (PosixException e) {
        // The name of another layer, or of a tree whose process died before it wrote the record.
        if (!e.errnoName().equals("ENOTEMPTY") && !e.errnoName().equals("EEXIST")) {
          throw e;
        }
      }
    }
  }

  private static Tree tree(String name, Unpacked unpacked) {
    return new Tree(
        name, unpacked.origin(), unpacked.marks(), unpacked.tarSizeBytes(), unpacked.root());
  }

  /** Removes the trees of a layer. */
  void delete(DiffId layer) throws IOException {
    String prefix = layer.digest().hex() + ".tree";
    for (String record : records.names()) {
      if (record.startsWith(prefix)) {
        String chain = record.substring(prefix.length());
        Tree tree = records.tree(layer, chain);
        records.removeTree(layer, chain);
        known.remove(layer);
        if (tree != null && !tree.name().isEmpty()) {
          discard(path(tree));
        }
      }
    }
  }

  /** Removes a directory; what is half removed when the process dies goes at the next opening. */
  void discard(Path directory) throws IOException {
    Posix.removeTree(Posix.CWD, directory.toString());
  }

  int removeOrphans(Duration unchangedFor) throws IOException {
    Set<String> known = new HashSet<>();
    for (String record : records.names()) {
      int dot = record.indexOf(".tree");
      if (dot > 0) {
        DiffId layer = new DiffId(new Digest("sha256", record.substring(0, dot)));
        Tree tree = records.tree(layer, record.substring(dot + ".tree".length()));
        known.add(tree == null ? "" : tree.name());
      }
    }
    long old = (System.currentTimeMillis() - unchangedFor.toMillis()) * 1_000_000L;
    int removed = 0;
    for (String name : Posix.names(Posix.CWD, trees)) {
      FileStatus status = FileStatus.of(trees + "/" + name);
      if (!known.contains(name) && status != null && status.ctimeNanos() < old) {
        discard(Path.of(trees, name));
        removed++;
      }
    }
    return removed;
  }

  private static final MergedTree.Layers NOTHING =
      new MergedTree.Layers() {
        @Override
        public MergedTree.Opened open() {
          return new MergedTree.Opened(new Parts.KnownParts(List.of()), null);
        }

        @Override
        public FileNode root() {
          return UnpackedDirectories.MADE;
        }
      };
}
