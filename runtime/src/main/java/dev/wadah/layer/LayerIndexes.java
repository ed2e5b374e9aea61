package dev.wadah.layer;

import dev.wadah.content.Store;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The indexes of layers that were read here: {@code layers/indexes/HEX}. They are small and outlive
 * the layer's blob and tree. Only what was read of a tar with the right diffID is put here, so that
 * an index may be believed wherever the layer is met again. Safe for threads and processes.
 */
final class LayerIndexes {
  /** The room in the store. */
  static final String ROOM = "layers/indexes";

  private static final String MARKS = ".marks";

  private final Store store;
  private final Map<String, LayerIndex> known = new ConcurrentHashMap<>();
  private Path room;

  LayerIndexes(Store store) {
    this.store = store;
  }

  /** Made when it is first needed: most builds never ask. */
  private synchronized Path room() throws IOException {
    if (room == null) {
      room = store.room(ROOM);
    }
    return room;
  }

  /** The index of a layer; null when there is none. */
  LayerIndex find(DiffId layer) throws IOException {
    return find(layer.digest().hex());
  }

  /** The index of this name; null when there is none. */
  LayerIndex find(String name) throws IOException {
    LayerIndex index = known.get(name);
    if (index != null) {
      return index;
    }
    Path file = room().resolve(name);
    try {
      index = LayerIndex.parse(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IllegalArgumentException e) {
      Files.deleteIfExists(file); // torn in a power cut, or of another version: it is made again
      return null;
    }
    FileStatus status = FileStatus.of(file.toString());
    if (status != null) {
      store.leases().renew(file.toString(), status.mtimeNanos());
    }
    known.put(name, index);
    return index;
  }

  /** Whether there is an index, without reading it. */
  boolean has(DiffId layer) throws IOException {
    return known.containsKey(layer.digest().hex())
        || FileStatus.of(room().resolve(layer.digest().hex()).toString()) != null;
  }

  /** The marks of a layer's tar; null when there are none. */
  TarMarks marks(DiffId layer) throws IOException {
    Path file = room().resolve(layer.digest().hex() + MARKS);
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      TarMarks marks = TarMarks.parse(bytes);
      FileStatus status = FileStatus.of(file.toString());
      if (status != null) {
        store.leases().renew(file.toString(), status.mtimeNanos());
      }
      return marks;
    } catch (IllegalArgumentException e) {
      Files.deleteIfExists(file); // torn in a power cut, or of another version
      return null;
    }
  }

  /** Keeps the marks of a layer's tar. */
  void putMarks(DiffId layer, TarMarks marks) throws IOException {
    write(layer.digest().hex() + MARKS, marks.toBytes());
  }

  /** Keeps the index of a layer. */
  void put(DiffId layer, LayerIndex index) throws IOException {
    put(layer.digest().hex(), index);
  }

  /** Keeps an index under a name that is no layer's. */
  void put(String name, LayerIndex index) throws IOException {
    known.put(name, index);
    write(name, index.toBytes());
  }

  private void write(String name, byte[] bytes) throws IOException {
    Path draft = room().resolve(name + "." + Long.toHexString(System.nanoTime()) + ".tmp");
    try {
      Files.write(draft, bytes);
      Posix.chmod(Posix.CWD, draft.toString(), 0644);
      Files.move(draft, room().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
