package dev.wadah.build.gc;

import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Unit.Hold;
import dev.wadah.image.Image;
import dev.wadah.image.ImageInventory;
import dev.wadah.image.ImageInventory.Reach;
import dev.wadah.image.ImageInventory.Root;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The images: those with names, each with all its names, and those without. */
final class ImageItems {
  private final ImageInventory images;
  private final Census census;

  ImageItems(Rooms rooms, Census census) {
    this.images = rooms.images();
    this.census = census;
  }

  /** All images; what they need is held. */
  List<Item> list() throws IOException {
    Map<Digest, List<Root>> named = new LinkedHashMap<>();
    List<Root> ids = new ArrayList<>();
    for (Root root : images.roots()) {
      if (root.name().isPresent()) {
        named.computeIfAbsent(root.target().digest(), target -> new ArrayList<>()).add(root);
      } else {
        ids.add(root);
      }
    }
    Map<Digest, Reach> reaches = new HashMap<>();
    Map<Digest, Digest> targets = new HashMap<>();
    for (List<Root> names : named.values()) {
      Reach reach = images.reach(names.get(0).target());
      reaches.put(names.get(0).target().digest(), reach);
      reach.images().forEach(i -> targets.put(i.id(), names.get(0).target().digest()));
    }
    List<Item> items = new ArrayList<>();
    for (Root root : ids) {
      Digest target = targets.get(root.id().orElseThrow());
      if (target == null) {
        items.add(item(List.of(root), images.reach(root.target()), Kind.DANGLING_IMAGE));
      } else {
        named.get(target).add(root);
      }
    }
    for (Map.Entry<Digest, List<Root>> entry : named.entrySet()) {
      items.add(item(entry.getValue(), reaches.get(entry.getKey()), Kind.NAMED_IMAGE));
    }
    return items;
  }

  private Item item(List<Root> roots, Reach reach, Kind kind) {
    Set<Digest> found = new HashSet<>();
    reach.images().forEach(image -> found.add(image.id()));
    roots.forEach(root -> root.id().ifPresent(found::add));
    boolean inUse = found.stream().anyMatch(id -> census.isPinned("image " + id));
    boolean kept = inUse || kind == Kind.NAMED_IMAGE;
    Set<Unit> units = census.units(reach.blobs(), reach.layers());
    units.forEach(unit -> unit.hold(kept ? Hold.FOR_GOOD : Hold.WHILE_IT_LASTS));
    List<String> names = new ArrayList<>();
    roots.forEach(root -> root.name().ifPresent(name -> names.add(name.familiar())));
    long used = roots.stream().mapToLong(Root::usedNanos).max().orElse(0);
    Entry entry =
        new Entry(
            id(roots, reach),
            kind,
            String.join(" ", names),
            Census.sum(units),
            FileItems.instant(used),
            created(reach),
            reach.images().isEmpty()
                ? Map.of()
                : reach.images().get(0).config().container().labels(),
            inUse ? Set.of(Trait.IN_USE) : Set.of());
    return new Item(entry, units, olderThan -> remove(roots, olderThan));
  }

  /** The image's id; of an index of several, of the first; of what is damaged, its digest. */
  private static String id(List<Root> roots, Reach reach) {
    if (!reach.images().isEmpty()) {
      return reach.images().get(0).id().toString();
    }
    Root first = roots.get(0);
    return first.id().orElse(first.target().digest()).toString();
  }

  private static Instant created(Reach reach) {
    Instant newest = Instant.EPOCH;
    for (Image image : reach.images()) {
      Instant created = image.config().created().orElse(Instant.EPOCH);
      newest = created.isAfter(newest) ? created : newest;
    }
    return newest;
  }

  /** An image that was used lately keeps all its names. */
  private boolean remove(List<Root> roots, long olderThanNanos) throws IOException {
    boolean fresh = roots.stream().anyMatch(root -> root.usedNanos() >= olderThanNanos);
    if (fresh) {
      return false;
    }
    boolean gone = true;
    for (Root root : roots) {
      gone &= images.remove(root, olderThanNanos);
    }
    return gone;
  }
}
