package dev.wadah.layer;

import dev.wadah.content.BlobReader;
import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * The layers on this machine by diffID. A layer may be here as a blob (as pulled or loaded,
 * compressed or not), as an unpacked tree, or both; each is made from the other when asked for. It
 * may also be remote only, when {@link #addBlob} named a source that has not been read yet. Safe
 * for threads and processes.
 *
 * <p>An unpacked tree is an overlay lower directory, with {@link OverlayMarks} in it. It is named
 * by its diffID; a layer that is not complete in itself (a hard link to, or a missing parent
 * directory in, a lower layer) is unpacked per stack.
 */
public final class LayerStore {
  /** The layer without entries: two zero blocks. It needs no place. */
  public static final DiffId EMPTY = new DiffId(Digest.of(new byte[TarBlocks.END_BYTES]));

  private final ContentStore content;
  private final Map<DiffId, BlobSource> sources = new ConcurrentHashMap<>();
  private final LayerRecords records;
  private final LayerTrees trees;
  private final LayerIndexes indexes;
  private final Listings listings;
  private final IndexReading reading;
  private final OwnTars ownTars;
  private final StackedLayers stacked;
  private final LayerWriting writing;
  private final Unpacking unpacking;
  private final Fetches fetches = new Fetches();

  /** Over the room {@code layers} of {@code store}, which is made when it is not there. */
  public LayerStore(Store store, ContentStore content) {
    this(store, content, new TreeForm(store, TreeForm.Probe.NONE), UnpackLimits.DEFAULT);
  }

  /** As above, with trees in the given form, and limits for what blobs may unpack to. */
  public LayerStore(Store store, ContentStore content, TreeForm form, UnpackLimits limits) {
    this.content = content;
    try {
      this.records = new LayerRecords(store);
      this.trees = new LayerTrees(store, records, form, limits);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.indexes = new LayerIndexes(store);
    this.listings = new Listings(indexes);
    this.reading = new IndexReading(this, trees, indexes);
    this.ownTars = new OwnTars(this, trees, records, content);
    this.writing = new LayerWriting(content, trees, ownTars, fetches);
    this.unpacking = new Unpacking(this, records, trees, indexes);
    this.stacked = new StackedLayers(store, trees, ownTars, unpacking);
  }

  /** Whether the layer is known: as a tree, a blob, or a named source. */
  public boolean has(DiffId layer) throws IOException {
    return sources.containsKey(layer) || isHere(layer);
  }

  /** Whether the layer's bytes are on this machine, or can be made from what is. */
  public boolean isHere(DiffId layer) throws IOException {
    if (layer.equals(EMPTY) || content.has(layer.digest())) {
      return true;
    }
    if (trees.own(layer) != null) {
      return true;
    }
    Descriptor blob = records.blob(layer);
    return blob != null && content.has(blob.digest());
  }

  /**
   * Says that {@code blob} (any compression) holds this layer. It need not be in the content store
   * yet: {@code source} is asked when the bytes are needed. Survives the process for blobs that are
   * in the content store.
   */
  public void addBlob(DiffId layer, Descriptor blob, BlobSource source) throws IOException {
    if (source != null) {
      sources.put(layer, source);
    }
    Descriptor known = records.blob(layer);
    if (known == null || !known.digest().equals(blob.digest())) {
      records.putBlob(layer, blob);
    }
  }

  /** The blob in which the layer came, in the form to be pushed again; empty when we made it. */
  public Optional<Descriptor> blob(DiffId layer) throws IOException {
    return Optional.ofNullable(records.blob(layer));
  }

  /**
   * Writes a layer from entries in one pass: the canonical tar is hashed, and kept as a blob or
   * unpacked as a tree, whichever {@code form} asks for.
   *
   * @param entries in canonical order ({@link dev.wadah.posix.PathBytes#comparePaths}), parents
   *     first; other orders are sorted, missing parents are made as root's 0755
   */
  public DiffId write(Iterable<LayerEntry> entries, Form form) throws IOException {
    return writing.write(entries, form);
  }

  /**
   * Writes a layer as a tar in one pass and constant memory.
   *
   * @param entries in canonical order; a hard link names the first of the file's names
   * @param progress hears now and then how many bytes are written, when it takes long
   * @throws java.io.InterruptedIOException if the thread is interrupted
   */
  public DiffId write(LayerEntries entries, LongConsumer progress) throws IOException {
    return writing.write(entries, progress);
  }

  /** How a new layer is kept. */
  public enum Form {
    TREE,
    TAR
  }

  /**
   * Makes a layer of what a container changed.
   *
   * @param upper overlay's upper directory, in use by nobody any more, on the store's file system;
   *     it is changed and then moved or removed
   * @param parent what was below it
   * @param stubs paths that were made as mount points and must not be in the layer unless they hold
   *     something
   */
  public DiffId commit(Path upper, LayerStack parent, List<String> stubs) throws IOException {
    return writing.commit(upper, tree(parent), stubs);
  }

  /** Opens the uncompressed tar stream; its digest is the diffID, or the end is an exception. */
  public InputStream openTar(DiffId layer) throws IOException {
    if (layer.equals(EMPTY)) {
      return new ByteArrayInputStream(new byte[TarBlocks.END_BYTES]);
    }
    if (content.has(layer.digest())) {
      return content.open(layer.digest());
    }
    return new HashedInput(plainTar(layer), "layer " + layer, layer.digest());
  }

  /** The tar as it is, not verified. */
  InputStream plainTar(DiffId layer) throws IOException {
    if (content.has(layer.digest())) {
      return content.open(layer.digest());
    }
    LayerRecords.Tree tree = trees.own(layer);
    return tree != null
        ? new TarStream(trees.entries(tree))
        : trees.limits().decompress(openBlob(layer), "layer " + layer);
  }

  /**
   * Opens the layer's blob, in the form in which it came, fetched into the content store first when
   * it is not there.
   *
   * @throws NoSuchFileException if there is none, and nobody to ask for it
   */
  public InputStream openBlob(DiffId layer) throws IOException {
    Descriptor blob = records.blob(layer);
    if (blob == null) {
      throw new NoSuchFileException(layer.toString(), null, "no such layer in the store");
    }
    if (!content.has(blob.digest())) {
      fetch(layer, blob);
    }
    return content.open(blob.digest());
  }

  /** From now on {@code listener} hears what this thread does for layers; null: nobody. */
  public void tellFetches(FetchListener listener) {
    fetches.tell(listener);
  }

  @SuppressWarnings("try") // the lock is held, not used
  private void fetch(DiffId layer, Descriptor blob) throws IOException {
    BlobSource source = sources.get(layer);
    if (source == null) {
      throw new NoSuchFileException(
          blob.digest().toString(), null, "blob of layer " + layer + " is no longer in the store");
    }
    try (var lock = trees.fetchLock(blob.digest())) {
      if (content.has(blob.digest())) {
        return; // another thread or process was faster
      }
      long start = System.nanoTime();
      try {
        source.read(blob, in -> keep(in, blob));
      } finally {
        Profile.spent(Phase.PULL, start);
      }
    }
  }

  private Digest keep(InputStream in, Descriptor blob) throws IOException {
    try (InputStream ahead = ReadAhead.of(in);
        ContentStore.Ingest ingest = content.ingest()) {
      fetches.copy(ahead, ingest.out(), blob);
      return ingest.commit(blob.digest());
    }
  }

  /** Size of the uncompressed tar stream. */
  public long tarSizeBytes(DiffId layer) throws IOException {
    if (layer.equals(EMPTY)) {
      return TarBlocks.END_BYTES;
    }
    if (content.has(layer.digest())) {
      return content.sizeBytes(layer.digest());
    }
    LayerRecords.Tree tree = trees.any(layer);
    if (tree != null) {
      return tree.tarSizeBytes();
    }
    try (HashedInput tar = new HashedInput(openTar(layer))) {
      tar.finish();
      return tar.sizeBytes();
    }
  }

  /** The directories of the stack, highest first as overlay wants them, unpacked when needed. */
  public List<Path> lowerDirectories(LayerStack stack) throws IOException {
    return stacked.directories(stack);
  }

  /** The tree of the highest layer of a stack. */
  LayerRecords.Tree unpacked(LayerStack stack) throws IOException {
    return unpacking.tree(stack);
  }

  /**
   * What this machine could not make of the layers that were unpacked since the last call: a
   * sentence for each layer and kind, without a full stop. An ordinary user may not make devices;
   * file systems differ in the attributes that they keep.
   */
  public List<String> takeRemarks() {
    return trees.takeRemarks();
  }

  /** The merged view of a stack. */
  public FileTree tree(LayerStack stack) throws IOException {
    return new MergedTree(stacked.whole(stack));
  }

  /**
   * The merged view of a stack for those who want to know of a few names what they are: layers that
   * are not here are not unpacked, and not even fetched where an index of them is known, unless a
   * file is opened. Of the root directory it only says that there is one.
   *
   * @param more asked for the index of a layer that this machine has never read
   */
  public FileTree outline(LayerStack stack, IndexSource more) {
    return new MergedTree(new OutlineLayers(this, ownTars, stacked, trees, stack, more));
  }

  /** The layers of a stack one by one, highest first; ends with one that hides what is below it. */
  List<LayerView> views(LayerStack stack) throws IOException {
    return stacked.views(stack);
  }

  LayerIndexes indexes() {
    return indexes;
  }

  /** The lists of files that manifests of images name. */
  public Listings listings() {
    return listings;
  }

  Fetches fetches() {
    return fetches;
  }

  /** Makes the index of a layer of its tar, which is fetched when it is not here. */
  void readIndex(DiffId layer) throws IOException {
    reading.read(layer);
  }

  /**
   * The index of a layer, made of what is here; empty when its bytes are not here, or it is nothing
   * for an index.
   */
  public Optional<LayerIndex> index(DiffId layer) throws IOException {
    unpacking.awaitIndexes();
    return reading.ofWhatIsHere(layer);
  }

  /**
   * From now on the indexes of layers that are unpacked are made behind that, so that a step need
   * not wait for them. Closing the result waits until they are kept; what the process does not wait
   * for is made anew when it is needed.
   */
  public Closeable deferIndexes() {
    return unpacking.deferIndexes();
  }

  /** All layers that have a tree or a blob's record here. */
  public List<DiffId> list() throws IOException {
    Set<DiffId> layers = new LinkedHashSet<>();
    for (String name : records.names()) {
      layers.add(new DiffId(new Digest("sha256", name.substring(0, name.indexOf('.')))));
    }
    return new ArrayList<>(layers);
  }

  /**
   * Removes a layer's tree and what is known of its blob; blobs in the content store are their
   * owner's business. Idempotent. No container may use the tree.
   */
  @SuppressWarnings("try") // the lock is held, not used
  public void delete(DiffId layer) throws IOException {
    try (var lock = trees.lock(layer.digest())) {
      trees.delete(layer);
      records.removeBlob(layer);
      sources.remove(layer);
      ownTars.forget(layer);
      stacked.forget();
    }
  }

  /**
   * Removes trees that no record names, which a process leaves that dies between its last two
   * calls.
   *
   * @param unchangedFor how old a tree must be; an hour is good, since another process may be
   *     between those calls just now
   * @return how many
   */
  public int removeOrphans(Duration unchangedFor) throws IOException {
    return trees.removeOrphans(unchangedFor);
  }

  /**
   * Recomputes the diffID of every layer that is here whole; one line for each that is something
   * else, or cannot be read. What a power cut has torn is removed.
   */
  public List<String> verify() throws IOException {
    trees.removeTorn();
    return new LayerCheck(records, trees, content).run(list());
  }

  /** Gives the bytes of a blob that is not here. */
  @FunctionalInterface
  public interface BlobSource {
    /** The blob's bytes, not verified. */
    InputStream open(Descriptor blob) throws IOException;

    /**
     * Gives a reader the blob's bytes; a source that knows several places gives those of the next
     * one when they are wrong.
     */
    default <T> T read(Descriptor blob, BlobReader<T> reader) throws IOException {
      try (InputStream in = open(blob)) {
        return reader.read(in);
      }
    }
  }
}
