package dev.wadah.build.gc;

import dev.wadah.build.explain.StepMemories;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.content.Leases;
import dev.wadah.content.LockFile;
import dev.wadah.content.Store;
import dev.wadah.layer.LayerInventory.Held;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts and collects. Safe beside running builds and containers, and beside other collectors,
 * which wait for each other; killed at any moment it leaves a sound store. See docs/adr/0006.
 */
public final class Collector {
  /** How many pieces are moved away while nobody may begin to use anything. */
  private static final int AT_ONCE = 256;

  private final Rooms rooms;
  private final Instant now;

  private Collector(Rooms rooms, Instant now) {
    this.rooms = rooms;
    this.now = now;
  }

  /**
   * Opens a store.
   *
   * @param root the store's folder
   * @param now what counts as now for ages
   */
  public static Collector open(Path root, Instant now) throws IOException {
    return new Collector(Rooms.open(root), now);
  }

  /** What there is. */
  public Usage usage() throws IOException {
    Trash trash = new Trash(rooms.own().resolve("trash"));
    return new Usage(Census.take(rooms, rooms.store().leases().round(), trash), rooms.store());
  }

  /**
   * Removes what the wishes ask for, in their order, and what nothing leads to. Waits for another
   * collector.
   */
  @SuppressWarnings("try") // the lock is held, not used
  public Collected collect(List<Wish> wishes) throws IOException {
    try (Store.Lock lock = rooms.store().lock("gc")) {
      return alone(wishes);
    }
  }

  /** As {@link #collect}; empty when another collector is at work. */
  @SuppressWarnings("try") // the lock is held, not used
  public Optional<Collected> collectUnlessAnotherDoes(List<Wish> wishes) throws IOException {
    Optional<LockFile> lock = LockFile.tryTake(rooms.store().room("locks").resolve("gc"));
    if (lock.isEmpty()) {
      return Optional.empty();
    }
    try (LockFile held = lock.get()) {
      return Optional.of(alone(wishes));
    }
  }

  /**
   * What {@link #collect} would do just now, if no command were running that uses any of it.
   * Removes nothing.
   */
  public Collected preview(List<Wish> wishes) throws IOException {
    Trash trash = new Trash(rooms.own().resolve("trash"));
    Census census = Census.take(rooms, rooms.store().leases().round(), trash);
    List<Entry> removed = new ArrayList<>();
    long freedBytes = 0;
    for (Item item : select(census, wishes)) {
      removed.add(item.entry());
      for (Unit unit : item.units()) {
        unit.release();
        freedBytes += unit.goesWithItsEntry() ? unit.bytes() : 0;
      }
    }
    return new Collected(removed, freedBytes + census.unheldBytes(), 0);
  }

  /**
   * Brings everything to the disk, so that nothing of it is in doubt when the machine crashes. For
   * collectors that nobody waits for.
   */
  public void sync() throws IOException {
    try {
      rooms.store().sync();
    } catch (FileSystemException e) {
      // A full disk has no room for the mark: then more is looked at again after a crash.
    }
  }

  private Collected alone(List<Wish> wishes) throws IOException {
    Trash trash = new Trash(Files.createDirectories(rooms.own().resolve("trash")));
    trash.empty();
    Leases.Round round = rooms.store().leases().round();
    Census census = Census.take(rooms, round, trash);
    Sweep sweep = new Sweep(round, census, trash);
    sweep.entries(select(census, wishes));
    sweep.units();
    new Leftovers(rooms, round, trash, now).remove();
    new StepMemories(rooms.store()).collect(now);
    trash.empty();
    DailyRun.schedule(rooms.store());
    return new Collected(sweep.removed, sweep.freedBytes, Census.sum(sweep.held));
  }

  private List<Item> select(Census census, List<Wish> wishes) throws IOException {
    Selection selection = new Selection(census, now, DiskSpace.of(rooms.store().root()));
    List<Item> chosen = new ArrayList<>();
    for (Wish wish : wishes) {
      chosen.addAll(selection.choose(wish));
    }
    return chosen;
  }

  /** Takes away what was chosen: first what leads to things, then what nothing leads to. */
  private final class Sweep {
    private final Leases.Round round;
    private final Census census;
    private final Trash trash;
    private final List<Entry> removed = new ArrayList<>();
    private long freedBytes;
    private final Set<Unit> held = new HashSet<>();

    Sweep(Leases.Round round, Census census, Trash trash) {
      this.round = round;
      this.census = census;
      this.trash = trash;
    }

    void entries(List<Item> chosen) throws IOException {
      for (int from = 0; from < chosen.size(); from += AT_ONCE) {
        List<Item> part = chosen.subList(from, Math.min(from + AT_ONCE, chosen.size()));
        round.sweep(
            olderThan -> {
              for (Item item : part) {
                remove(item, olderThan);
              }
            });
      }
    }

    private void remove(Item item, long olderThanNanos) throws IOException {
      boolean gone = item.removal().remove(olderThanNanos);
      if (gone) {
        removed.add(item.entry());
      }
      for (Unit unit : item.units()) {
        if (gone) {
          unit.release();
        }
        freedBytes += gone && unit.goesWithItsEntry() ? unit.bytes() : 0;
        if (!gone && !unit.isKept()) {
          held.add(unit);
        }
      }
    }

    void units() throws IOException {
      List<Map.Entry<DiffId, Unit>> layers = new ArrayList<>(census.layers().entrySet());
      layers.removeIf(layer -> layer.getValue().isHeld());
      for (int from = 0; from < layers.size(); from += AT_ONCE) {
        List<Map.Entry<DiffId, Unit>> part =
            layers.subList(from, Math.min(from + AT_ONCE, layers.size()));
        round.sweep(
            olderThan -> {
              for (Map.Entry<DiffId, Unit> layer : part) {
                boolean gone = layer(census.held(layer.getKey()), olderThan);
                count(layer.getValue(), gone);
              }
            });
      }
      List<Map.Entry<Digest, Unit>> blobs = new ArrayList<>(census.blobs().entrySet());
      blobs.removeIf(blob -> blob.getValue().isHeld());
      for (int from = 0; from < blobs.size(); from += AT_ONCE) {
        List<Map.Entry<Digest, Unit>> part =
            blobs.subList(from, Math.min(from + AT_ONCE, blobs.size()));
        round.sweep(
            olderThan -> {
              for (Map.Entry<Digest, Unit> blob : part) {
                count(
                    blob.getValue(), rooms.blobs().remove(blob.getKey(), olderThan, trash.place()));
              }
            });
      }
    }

    /** The record goes first: a tree without one is nothing, a record without a tree a lie. */
    private boolean layer(Held layer, long olderThanNanos) throws IOException {
      if (!rooms.layers().remove(layer, olderThanNanos)) {
        return false;
      }
      for (Path tree : layer.trees()) {
        trash.take(tree);
      }
      return true;
    }

    private void count(Unit unit, boolean gone) {
      if (gone) {
        freedBytes += unit.bytes();
      } else {
        held.add(unit);
      }
    }
  }

  /** Which entries go, by the wishes and in their order. */
  private static final class Selection {
    private List<Item> left;
    private final Map<Unit, Integer> holders = new HashMap<>();
    private final Instant now;
    private final DiskSpace disk;
    private long usedBytes;
    private long gainedBytes;

    Selection(Census census, Instant now, DiskSpace disk) {
      this.left = new ArrayList<>(census.items());
      this.now = now;
      this.disk = disk;
      this.gainedBytes = census.unheldBytes();
      left.sort(Comparator.comparing(item -> item.entry().used()));
      for (Item item : left) {
        for (Unit unit : item.units()) {
          boolean first = holders.merge(unit, 1, Integer::sum) == 1;
          boolean counts = item.entry().kind().isCache() || item.entry().kind().isImage();
          usedBytes += first && counts && !unit.isKept() ? unit.bytes() : 0;
        }
      }
    }

    List<Item> choose(Wish wish) {
      List<Item> chosen = new ArrayList<>();
      List<Item> rest = new ArrayList<>();
      for (Item item : left) {
        boolean fits = wish.limits().fit(usedBytes, disk.freeBytes() + gainedBytes);
        boolean old = !item.entry().used().plus(wish.limits().keepDuration()).isAfter(now);
        if (!fits && old && !item.entry().is(Trait.IN_USE) && wish.which().test(item.entry())) {
          chosen.add(item);
          item.units().forEach(this::release);
        } else {
          rest.add(item);
        }
      }
      left = rest;
      return chosen;
    }

    private void release(Unit unit) {
      if (holders.merge(unit, -1, Integer::sum) == 0) {
        usedBytes -= unit.isKept() ? 0 : unit.bytes();
        gainedBytes += unit.bytes();
      }
    }
  }
}
