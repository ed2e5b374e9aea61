package dev.wadah.layer;

import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layers of a store as a collector sees them: their records and trees. Layers that are here as
 * a tar only have no record; they are blobs.
 */
public final class LayerInventory {
  private final LayerRecords records;
  private final String ids;
  private final String trees;

  /** Over a store that was opened to {@link Store.Looks#LEAVE_NO_TRACE}. */
  public LayerInventory(Store store) throws IOException {
    this.records = new LayerRecords(store);
    this.ids = store.room("layers/ids").toString();
    this.trees = store.room("layers/trees").toString();
  }

  /**
   * A layer that has a record.
   *
   * @param records names of its records
   * @param blob in which it came; it need not be here
   * @param trees its unpacked trees
   */
  public record Held(DiffId layer, List<String> records, Optional<Digest> blob, List<Path> trees) {}

  /** All layers that have a record. */
  public List<Held> list() throws IOException {
    Map<String, List<String>> byLayer = new TreeMap<>();
    for (String name : records.names()) {
      int dot = name.indexOf('.');
      if (dot == 64 && Digest.isLowerHex(name.substring(0, dot))) {
        byLayer.computeIfAbsent(name.substring(0, dot), hex -> new ArrayList<>()).add(name);
      }
    }
    List<Held> list = new ArrayList<>();
    for (Map.Entry<String, List<String>> entry : byLayer.entrySet()) {
      list.add(held(new DiffId(new Digest("sha256", entry.getKey())), entry.getValue()));
    }
    return list;
  }

  private Held held(DiffId layer, List<String> names) throws IOException {
    List<Path> found = new ArrayList<>();
    Optional<Digest> blob = Optional.empty();
    for (String name : names) {
      if (name.substring(64).startsWith(".tree")) {
        LayerRecords.Tree tree = records.tree(layer, name.substring(64 + ".tree".length()));
        if (tree != null && !tree.name().isEmpty()) {
          found.add(Path.of(trees, tree.name()));
        }
      } else if (name.endsWith(".blob")) {
        blob = Optional.ofNullable(records.blob(layer)).map(Descriptor::digest);
      }
    }
    return new Held(layer, List.copyOf(names), blob, found);
  }

  /** Trees that no record of {@code held} leads to: a process died before it wrote the record. */
  public List<Path> orphans(List<Held> held) throws IOException {
    Set<Path> known = new HashSet<>();
    held.forEach(layer -> known.addAll(layer.trees()));
    List<Path> orphans = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, trees)) {
      if (!known.contains(Path.of(trees, name))) {
        orphans.add(Path.of(trees, name));
      }
    }
    return orphans;
  }

  /** Leftover drafts of records. */
  public List<Path> drafts() throws IOException {
    List<Path> drafts = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, ids)) {
      if (name.startsWith(".")) {
        drafts.add(Path.of(ids, name));
      }
    }
    return drafts;
  }

  /**
   * Removes a layer's records, all or none: none when one of them was used after {@code
   * olderThanNanos} or is new. Its trees are then the caller's, who moves them away; called behind
   * the gate of {@link dev.wadah.content.Leases.Round#sweep}.
   *
   * @return whether they are gone
   */
  public boolean remove(Held layer, long olderThanNanos) throws IOException {
    for (String name : layer.records()) {
      FileStatus status = FileStatus.of(ids + "/" + name);
      if (status != null && status.mtimeNanos() >= olderThanNanos) {
        return false;
      }
    }
    for (String name : layer.records()) {
      try {
        Posix.unlink(Posix.CWD, ids + "/" + name);
      } catch (PosixException e) {
        if (!e.errnoName().equals("ENOENT")) {
          throw e;
        }
      }
    }
    return true;
  }
}
