package dev.wadah.build.gc;

import dev.wadah.build.cache.CacheRecord;
import dev.wadah.build.cache.CacheStore;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Unit.Hold;
import dev.wadah.image.ImageInventory;
import dev.wadah.oci.DiffId;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The cached results: one entry for each layer, with all records that lead to it. */
final class CacheItems {
  private final Rooms rooms;
  private final Census census;
  private final Trash trash;

  CacheItems(Rooms rooms, Census census, Trash trash) {
    this.rooms = rooms;
    this.census = census;
    this.trash = trash;
  }

  /** All results and compressed forms; what they need is held. Images must have been counted. */
  List<Item> list() throws IOException {
    Map<DiffId, List<CacheStore.Filed>> byLayer = new LinkedHashMap<>();
    for (CacheStore.Filed filed : rooms.cache().records()) {
      byLayer.computeIfAbsent(filed.record().layer(), layer -> new ArrayList<>()).add(filed);
    }
    List<Item> items = new ArrayList<>();
    for (Map.Entry<DiffId, List<CacheStore.Filed>> entry : byLayer.entrySet()) {
      items.add(result(entry.getKey(), entry.getValue()));
    }
    for (ImageInventory.Form form : rooms.images().forms()) {
      items.add(compressed(form));
    }
    return items;
  }

  private Item result(DiffId layer, List<CacheStore.Filed> records) {
    Set<Unit> units = hold(census.units(Set.of(), Set.of(layer)));
    boolean shared = !units.isEmpty() && units.stream().allMatch(Unit::isKept);
    long used = records.stream().mapToLong(CacheStore.Filed::usedNanos).max().orElse(0);
    CacheRecord first = records.get(0).record();
    Entry entry =
        new Entry(
            records.get(0).file().getParent().getFileName()
                + records.get(0).file().getFileName().toString(),
            Kind.REGULAR,
            StepDescription.of(first.ingredients()),
            Census.sum(units),
            FileItems.instant(used),
            first.created(),
            Map.of(),
            shared ? Set.of(Trait.SHARED) : Set.of());
    List<Path> files = records.stream().map(CacheStore.Filed::file).toList();
    return new Item(entry, units, olderThan -> remove(files, olderThan));
  }

  private static Set<Unit> hold(Set<Unit> units) {
    units.forEach(unit -> unit.hold(Hold.WHILE_IT_LASTS));
    return units;
  }

  private Item compressed(ImageInventory.Form form) {
    Set<Unit> units = hold(census.units(Set.of(form.blob()), Set.of()));
    Instant used = FileItems.instant(form.usedNanos());
    Entry entry =
        new Entry(
            form.blob().hex(),
            Kind.COMPRESSED,
            "layer " + form.layer() + " for a push",
            Census.sum(units),
            used,
            used,
            Map.of(),
            !units.isEmpty() && units.stream().allMatch(Unit::isKept)
                ? Set.of(Trait.SHARED)
                : Set.of());
    return new Item(entry, units, olderThan -> remove(List.of(form.record()), olderThan));
  }

  private boolean remove(List<Path> files, long olderThanNanos) throws IOException {
    for (Path file : files) {
      FileStatus status = FileStatus.of(file.toString());
      if (status != null && status.mtimeNanos() >= olderThanNanos) {
        return false;
      }
    }
    for (Path file : files) {
      trash.take(file);
    }
    return true;
  }
}
