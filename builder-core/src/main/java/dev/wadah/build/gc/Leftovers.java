package dev.wadah.build.gc;

import dev.wadah.content.Leases;
import dev.wadah.content.LockFile;
import dev.wadah.layer.LayerInventory.Held;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What dead processes left half-made, and records about content that nobody has any more. What is
 * half-made is told from what is being made by its age.
 */
final class Leftovers {
  private static final Duration DEAD = Duration.ofHours(1);

  private final Rooms rooms;
  private final Leases.Round round;
  private final Trash trash;
  private final long deadNanos;

  /**
   * For one collection.
   *
   * @param now what counts as now for ages
   */
  Leftovers(Rooms rooms, Leases.Round round, Trash trash, Instant now) {
    this.rooms = rooms;
    this.round = round;
    this.trash = trash;
    this.deadNanos = now.minus(DEAD).toEpochMilli() * 1_000_000L;
  }

  void remove() throws IOException {
    List<Held> layers = rooms.layers().list();
    List<Path> found = new ArrayList<>(rooms.layers().orphans(layers));
    found.addAll(rooms.layers().drafts());
    found.addAll(rooms.images().drafts());
    found.addAll(rooms.cache().drafts());
    drafts("downloads", ".tmp", found);
    drafts("git", "", found);
    drafts("contexts", ".tmp", found);
    drafts("layers/indexes", ".tmp", found);
    drafts("gc", ".tmp", found);
    draftsOfMounts(found);
    drafts("", ".tmp", found);
    found.addAll(sourcesOfNothing(layers));
    for (Path file : found) {
      round.sweep(olderThan -> takeIfOld(file, olderThan));
    }
    removeLocks();
  }

  private void drafts(String room, String ending, List<Path> found) throws IOException {
    Path folder = rooms.store().root().resolve(room);
    String[] names =
        Files.isDirectory(folder) ? Posix.names(Posix.CWD, folder.toString()) : new String[0];
    for (String name : names) {
      if (ending.isEmpty() ? name.startsWith("checkout") : name.endsWith(ending)) {
        found.add(folder.resolve(name));
      }
    }
  }

  /** What was being made of a cache mount: {@code new-*} beside its data. */
  private void draftsOfMounts(List<Path> found) throws IOException {
    Path room = rooms.store().room("mounts");
    for (String name : Posix.names(Posix.CWD, room.toString())) {
      Path folder = room.resolve(name);
      String[] drafts = Posix.names(Posix.CWD, folder.toString());
      for (String draft : drafts == null ? new String[0] : drafts) {
        if (draft.startsWith("new-")) {
          found.add(folder.resolve(draft));
        }
      }
    }
  }

  /** Records of where something came from that no image leads to. */
  private List<Path> sourcesOfNothing(List<Held> layers) throws IOException {
    Set<Digest> known = new HashSet<>();
    for (var root : rooms.images().roots()) {
      known.addAll(rooms.images().reach(root.target()).blobs());
    }
    layers.forEach(layer -> layer.blob().ifPresent(known::add));
    List<Path> found = new ArrayList<>();
    for (Map.Entry<Path, Digest> source : rooms.images().sources().entrySet()) {
      if (!known.contains(source.getValue())) {
        found.add(source.getKey());
      }
    }
    return found;
  }

  /** The change of a file cannot be set back, and moving a directory counts as one. */
  private void takeIfOld(Path file, long olderThanNanos) throws IOException {
    FileStatus status = FileStatus.of(file.toString());
    if (status != null && status.ctimeNanos() < Math.min(deadNanos, olderThanNanos)) {
      trash.take(file);
    }
  }

  /** Locks of processes that were killed; a holder removes its own. */
  private void removeLocks() throws IOException {
    Path room = rooms.store().room("locks");
    for (String name : Posix.names(Posix.CWD, room.toString())) {
      FileStatus status = FileStatus.of(room.resolve(name).toString());
      if (status != null && status.ctimeNanos() < deadNanos) {
        Optional<LockFile> lock = LockFile.tryTake(room.resolve(name));
        if (lock.isPresent()) {
          lock.get().close();
        }
      }
    }
  }
}
