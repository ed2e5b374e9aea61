package dev.wadah.build.gc;

import dev.wadah.build.gc.Unit.Going;
import dev.wadah.build.gc.Unit.Hold;
import dev.wadah.content.BlobInventory;
import dev.wadah.content.Leases;
import dev.wadah.layer.LayerInventory.Held;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a store holds, with who needs what. Taken after a round has begun, so that what changes
 * meanwhile is safe from that round's sweep. Not for use by several threads.
 */
final class Census {
  private static final String IMAGE_PIN = "image ";

  private final Map<Digest, Unit> blobs = new LinkedHashMap<>();
  private final Map<DiffId, Unit> layers = new LinkedHashMap<>();
  private final Map<DiffId, Held> held = new HashMap<>();
  private final Set<String> pins;
  private final List<String> containers;
  private final List<Item> items = new ArrayList<>();

  private Census(List<String> pins) {
    this.pins = new HashSet<>(pins);
    this.containers =
        pins.stream()
            .filter(pin -> pin.startsWith(IMAGE_PIN))
            .map(pin -> pin.substring(IMAGE_PIN.length()))
            .toList();
  }

  /**
   * Counts everything.
   *
   * @param trash where entries go that are files of their own
   */
  static Census take(Rooms rooms, Leases.Round round, Trash trash) throws IOException {
    Census census = new Census(round.pins());
    TreeSizes sizes = TreeSizes.load(rooms.own().resolve("sizes"));
    for (BlobInventory.Blob blob : rooms.blobs().list()) {
      census.blobs.put(blob.digest(), new Unit(blob.diskBytes(), Going.IN_THE_SWEEP));
    }
    for (Held layer : rooms.layers().list()) {
      long bytes = 0;
      for (Path tree : layer.trees()) {
        bytes += sizes.of(tree);
      }
      census.held.put(layer.layer(), layer);
      census.layers.put(layer.layer(), new Unit(bytes, Going.IN_THE_SWEEP));
    }
    for (String pin : round.pins()) {
      if (pin.startsWith("layer ")) {
        Set<DiffId> pinned = Set.of(DiffId.parse(pin.substring("layer ".length())));
        census.units(Set.of(), pinned).forEach(unit -> unit.hold(Hold.FOR_GOOD));
      }
    }
    census.items.addAll(new ImageItems(rooms, census).list());
    census.items.addAll(new CacheItems(rooms, census, trash).list());
    census.items.addAll(new FileItems(rooms.store(), census, trash).list());
    saveSizes(sizes);
    return census;
  }

  /** On a full disk there may be no room for them; then they are measured again. */
  private static void saveSizes(TreeSizes sizes) {
    try {
      sizes.save();
    } catch (IOException e) {
      // Space comes first: what is collected now may well make room for the next time.
    }
  }

  /** The pieces that these blobs and layers need, of what is here. */
  Set<Unit> units(Collection<Digest> wantedBlobs, Collection<DiffId> wantedLayers) {
    Set<Unit> units = new HashSet<>();
    wantedBlobs.forEach(blob -> add(blobs.get(blob), units));
    for (DiffId layer : wantedLayers) {
      add(layers.get(layer), units);
      add(blobs.get(layer.digest()), units);
      Held record = held.get(layer);
      if (record != null && record.blob().isPresent()) {
        add(blobs.get(record.blob().get()), units);
      }
    }
    return units;
  }

  private static void add(Unit unit, Set<Unit> units) {
    if (unit != null) {
      units.add(unit);
    }
  }

  /** Whether a running container uses this, such as {@code volume NAME}. */
  boolean isPinned(String pin) {
    return pins.contains(pin);
  }

  /** The image of each running container. */
  List<String> containers() {
    return containers;
  }

  /** Everything that can be removed on its own. */
  List<Item> items() {
    return items;
  }

  Map<Digest, Unit> blobs() {
    return blobs;
  }

  Map<DiffId, Unit> layers() {
    return layers;
  }

  /** What nothing leads to. */
  long unheldBytes() {
    long bytes = 0;
    for (Unit unit : blobs.values()) {
      bytes += unit.isHeld() ? 0 : unit.bytes();
    }
    for (Unit unit : layers.values()) {
      bytes += unit.isHeld() ? 0 : unit.bytes();
    }
    return bytes;
  }

  /** The records of a layer. */
  Held held(DiffId layer) {
    return held.get(layer);
  }

  static long sum(Collection<Unit> units) {
    long bytes = 0;
    for (Unit unit : units) {
      bytes += unit.bytes();
    }
    return bytes;
  }
}
