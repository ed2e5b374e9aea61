package dev.wadah.build.cache;

import dev.wadah.content.Store;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Results by key, a small file each: {@code cache/ab/cdef...}. Safe for threads and processes; the
 * last writer of a key wins. A record is worth nothing without its layer, so every look-up asks for
 * that as well.
 */
public final class CacheStore {
  private static final AtomicLong WRITTEN = new AtomicLong();

  private final Store store;
  private final LayerStore layers;
  private final Path room;

  /** Opens the room of the store. */
  public CacheStore(Store store, LayerStore layers) throws IOException {
    this.store = store;
    this.layers = layers;
    this.room = store.room("cache");
  }

  /** The record of a key, if it is whole and its layer is still here. */
  public Optional<CacheRecord> find(CacheKey key) throws IOException {
    return find(key, SharedRecords.NONE);
  }

  /** The record of a key, if it is whole and its layer is still here, or can be had. */
  Optional<CacheRecord> find(CacheKey key, SharedRecords shared) throws IOException {
    CacheRecord record;
    Path file = file(key.digest());
    try {
      record = CacheRecord.parse(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      // Written by another version, or damaged: as good as none, and soon replaced.
      return Optional.empty();
    }
    // Without its record a layer is still here when it was asked for: the lease sees to that.
    FileStatus status = FileStatus.of(file.toString());
    if (status != null) {
      store.leases().renew(file.toString(), status.mtimeNanos());
    }
    return layers.has(record.layer()) || shared.has(record.layer())
        ? Optional.of(record)
        : Optional.empty();
  }

  /** Whether there is a file for the record of a key, whatever it is worth. */
  boolean isRecorded(CacheKey key) throws IOException {
    return FileStatus.of(file(key.digest()).toString()) != null;
  }

  /** Whether the record of a key is whole, and its layer here with all bytes. */
  boolean isHere(CacheKey key) throws IOException {
    Optional<CacheRecord> record = find(key);
    return record.isPresent() && layers.isHere(record.get().layer());
  }

  /**
   * Writes the record of a key; idempotent.
   *
   * @param content digest of the content key, which is {@code key}'s own where both are the same
   * @param created when the layer was made
   */
  public void put(CacheKey key, Digest content, DiffId layer, Instant created) throws IOException {
    Path file = file(key.digest());
    Path temporary = file.resolveSibling(file.getFileName() + "." + unique() + ".tmp");
    Files.createDirectories(file.getParent());
    try {
      Files.write(temporary, new CacheRecord(content, layer, created, key.ingredients()).toBytes());
      // Not synced: a record lost in a power cut costs a step, and a torn one does not parse.
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(temporary);
      throw e;
    }
  }

  /** Unlike a UUID, no random numbers: seeding their generator takes longer than a warm build. */
  private static String unique() {
    return ProcessHandle.current().pid() + "-" + WRITTEN.incrementAndGet();
  }

  /**
   * Takes the right to do the work of a key, so that equal steps of any number of processes run
   * once; look again for the record after taking it.
   */
  public Store.Lock lock(CacheKey key) throws IOException {
    return store.lock("step-" + key.digest().hex());
  }

  /**
   * Reads every record; one line for each that is damaged. A record whose layer is gone is sound:
   * its step is done again.
   */
  public List<String> verify() throws IOException {
    List<String> problems = new ArrayList<>();
    for (Path file : files()) {
      try {
        CacheRecord.parse(Files.readAllBytes(file));
      } catch (NoSuchFileException e) {
        // Removed meanwhile.
      } catch (IllegalArgumentException e) {
        FileStatus status = FileStatus.of(file.toString());
        if (status == null || store.doubtful(status.ctimeNanos())) {
          Files.deleteIfExists(file); // torn in a power cut
          continue;
        }
        problems.add("cache record %s: %s".formatted(file, e.getMessage()));
      }
    }
    return problems;
  }

  /**
   * A record and its file.
   *
   * @param usedNanos when the record was last used or written, since 1970
   */
  public record Filed(Path file, CacheRecord record, long usedNanos) {}

  /** All records that can be read; those that cannot are removed, since they are worth nothing. */
  public List<Filed> records() throws IOException {
    List<Filed> records = new ArrayList<>();
    for (Path file : files()) {
      FileStatus status = FileStatus.of(file.toString());
      try {
        CacheRecord record = CacheRecord.parse(Files.readAllBytes(file));
        records.add(new Filed(file, record, status == null ? 0 : status.mtimeNanos()));
      } catch (NoSuchFileException e) {
        // Removed meanwhile.
      } catch (IllegalArgumentException e) {
        Files.deleteIfExists(file);
      }
    }
    return records;
  }

  /** Drafts of records that dead processes may have left. */
  public List<Path> drafts() throws IOException {
    return files(true);
  }

  /** The files of all records, sorted. */
  List<Path> files() throws IOException {
    return files(false);
  }

  private List<Path> files(boolean drafts) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.walk(room, 2)) {
      entries
          .filter(f -> f.getNameCount() == room.getNameCount() + 2)
          .filter(f -> f.toString().endsWith(".tmp") == drafts)
          .sorted()
          .forEach(files::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  private Path file(Digest key) {
    return room.resolve(key.hex().substring(0, 2)).resolve(key.hex().substring(2));
  }
}
