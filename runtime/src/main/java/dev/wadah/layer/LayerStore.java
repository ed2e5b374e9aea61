package dev.wadah.layer;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The layers on this machine by diffID. A layer may be here as a blob (as pulled or loaded,
 * compressed or not), as an unpacked tree, or both; each is made from the other when asked for. It
 * may also be remote only, when {@link #addBlob} named a source that has not been read yet.
 *
 * <p>An unpacked tree is an overlay lower directory: whiteouts are 0:0 character devices, opaque
 * directories carry the overlay xattr. It is named by its diffID; a layer that is not complete in
 * itself (a hard link to, or a missing parent directory in, a lower layer) is unpacked per stack.
 */
public final class LayerStore {
  private final Store store;
  private final ContentStore content;

  public LayerStore(Store store, ContentStore content) {
    this.store = store;
    this.content = content;
  }

  /** Whether the layer is known: as a tree, a blob, or a named source. */
  public boolean has(DiffId layer) throws IOException {
    throw new IllegalStateException("pending " + store + content);
  }

  /**
   * Says that {@code blob} (any compression) holds this layer. It need not be in the content store
   * yet: {@code source} is asked when the bytes are needed. Survives the process for blobs that are
   * in the content store.
   */
  public void addBlob(DiffId layer, Descriptor blob, BlobSource source) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** The blob in which the layer came, in the form to be pushed again; empty when we made it. */
  public Optional<Descriptor> blob(DiffId layer) throws IOException {
    throw new IllegalStateException("pending");
  }

  /**
   * Writes a layer from entries in one pass: the canonical tar is hashed, and kept as a blob or
   * unpacked as a tree, whichever {@code form} asks for.
   *
   * @param entries in canonical order: sorted by path bytes, parents first
   */
  public DiffId write(Iterable<LayerEntry> entries, Form form) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** How a new layer is kept. */
  public enum Form {
    TREE,
    TAR
  }

  /** Opens the uncompressed tar stream; its digest is the diffID. */
  public InputStream openTar(DiffId layer) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** Size of the uncompressed tar stream. */
  public long tarSizeBytes(DiffId layer) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** The directories of the stack, highest first as overlay wants them, unpacked when needed. */
  public List<Path> lowerDirectories(LayerStack stack) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** The merged view of a stack. */
  public FileTree tree(LayerStack stack) throws IOException {
    throw new IllegalStateException("pending");
  }

  /** Gives the bytes of a blob that is not here. */
  @FunctionalInterface
  public interface BlobSource {
    /** The blob's bytes, not verified. */
    InputStream open(Descriptor blob) throws IOException;
  }
}
