package dev.wadah.build.gc;

import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.content.Store;
import dev.wadah.posix.DiskUsage;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What a store holds, in the manner of {@code docker system df}. */
public final class Usage {
  private final Census census;
  private final long containerBytes;
  private final long restBytes;

  Usage(Census census, Store store) throws IOException {
    this.census = census;
    String work = store.root().resolve("work").toString();
    long containers = 0;
    for (String name : Posix.names(Posix.CWD, work)) {
      containers += DiskUsage.of(work + "/" + name);
    }
    this.containerBytes = containers;
    long rest = 0;
    for (String room : List.of("logs", "blobs/ingest", "layers/staging", "gc", "locks")) {
      rest += DiskUsage.of(store.root().resolve(room).toString());
    }
    this.restBytes = rest;
  }

  /**
   * One line of the summary.
   *
   * @param total how many
   * @param active how many of them containers use
   * @param bytes what they take together, shared parts counted once
   * @param reclaimableBytes what of it could come free
   */
  public record Line(String type, int total, int active, long bytes, long reclaimableBytes) {}

  /** Images, containers, volumes, build cache. */
  public List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    lines.add(images());
    int running = census.containers().size();
    lines.add(new Line("Containers", running, running, containerBytes, 0));
    lines.add(volumes());
    lines.add(cache());
    return lines;
  }

  private Line images() {
    Set<Unit> all = units(Kind::isImage, item -> true);
    Set<Unit> active = units(Kind::isImage, item -> item.entry().is(Trait.IN_USE));
    long bytes = Census.sum(all);
    return new Line(
        "Images",
        count(Kind::isImage, item -> true),
        count(Kind::isImage, item -> item.entry().is(Trait.IN_USE)),
        bytes,
        bytes - Census.sum(active));
  }

  private Line volumes() {
    Predicate<Kind> volume = kind -> !kind.isCache() && !kind.isImage();
    long bytes = Census.sum(units(volume, item -> true));
    Predicate<Item> inUse = item -> item.entry().is(Trait.IN_USE);
    return new Line(
        "Local Volumes",
        count(volume, item -> true),
        count(volume, inUse),
        bytes,
        bytes - Census.sum(units(volume, inUse)));
  }

  /** What images need counts with them. */
  private Line cache() {
    Set<Unit> units = units(Kind::isCache, item -> true);
    units.removeAll(units(Kind::isImage, item -> true));
    long kept = 0;
    for (Unit unit : units) {
      kept += unit.isKept() ? unit.bytes() : 0;
    }
    long bytes = Census.sum(units) + census.unheldBytes();
    return new Line("Build Cache", count(Kind::isCache, item -> true), 0, bytes, bytes - kept);
  }

  private Set<Unit> units(Predicate<Kind> kind, Predicate<Item> which) {
    Set<Unit> units = new HashSet<>();
    for (Item item : census.items()) {
      if (kind.test(item.entry().kind()) && which.test(item)) {
        units.addAll(item.units());
      }
    }
    return units;
  }

  private int count(Predicate<Kind> kind, Predicate<Item> which) {
    int count = 0;
    for (Item item : census.items()) {
      count += kind.test(item.entry().kind()) && which.test(item) ? 1 : 0;
    }
    return count;
  }

  /** Everything that can be removed on its own. */
  public List<Entry> entries() {
    return census.items().stream().map(Item::entry).toList();
  }

  /** The digest of the image of each running container. */
  public List<String> containers() {
    return census.containers();
  }

  /** Of an image of {@link #entries}, what it shares with other images. */
  public long sharedBytes(Entry image) {
    Set<Unit> own = new HashSet<>();
    Set<Unit> others = new HashSet<>();
    for (Item item : census.items()) {
      if (item.entry().kind().isImage()) {
        (item.entry().equals(image) ? own : others).addAll(item.units());
      }
    }
    own.retainAll(others);
    return Census.sum(own);
  }

  /** Logs, half-made things and the collector's own files. */
  public long restBytes() {
    return restBytes;
  }
}
