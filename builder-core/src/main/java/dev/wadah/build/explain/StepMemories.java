package dev.wadah.build.explain;

import dev.wadah.content.Store;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the steps of this machine were made from, a file for each, in a folder for each stage of a
 * Dockerfile: {@code explain/STAGE/POSITION-KEY}. Of one position the last few are kept, and of all
 * as much as a collector leaves. Whatever is lost or damaged is only an explanation less. Safe for
 * threads and processes.
 */
public final class StepMemories {
  /** Builds that take turns, such as those of two branches, do not forget each other. */
  static final int KEPT_PER_POSITION = 4;

  /** What was not written for so long goes. */
  static final Duration OLDEST = Duration.ofDays(60);

  /** Of what is left the oldest goes while it is more than this. */
  static final long MOST_BYTES = 64L << 20;

  private static final Duration DEAD = Duration.ofHours(1);
  private static final int NAME_DIGITS = 32;
  private static final int KEY_DIGITS = 16;
  private static final String DRAFT = ".tmp";
  private static final AtomicLong WRITTEN = new AtomicLong();

  private final Store store;

  /** The memories of a store. */
  public StepMemories(Store store) {
    this.store = store;
  }

  /**
   * A memory with its place.
   *
   * @param position in its stage, as the numbers in {@code [2/4]}
   * @param writtenNanos when, since 1970
   */
  record Kept(StepMemory memory, int position, long writtenNanos) {}

  /** Writes a memory of a step of a stage; others of the same position go when they are many. */
  void write(String stage, int position, StepMemory memory) throws IOException {
    Path folder = folder(stage);
    Files.createDirectories(folder);
    Path file = folder.resolve(position + "-" + memory.key().hex().substring(0, KEY_DIGITS));
    String unique = ProcessHandle.current().pid() + "-" + WRITTEN.incrementAndGet();
    Path draft = file.resolveSibling(file.getFileName() + "." + unique + DRAFT);
    try {
      Files.write(draft, MemoryFormat.write(memory));
      // Not synced: a torn one is told by its sum.
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(draft);
      throw e;
    }
    forget(folder, position + "-");
  }

  private static void forget(Path folder, String prefix) throws IOException {
    List<Aged> same = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, folder.toString())) {
      if (name.startsWith(prefix) && !name.endsWith(DRAFT)) {
        same.add(Aged.of(folder.resolve(name)));
      }
    }
    if (same.size() > KEPT_PER_POSITION) {
      same.sort(null);
      for (Aged old : same.subList(0, same.size() - KEPT_PER_POSITION)) {
        Files.deleteIfExists(old.file);
      }
    }
  }

  /** All that is known of the steps of a stage, the latest first; what cannot be read is not. */
  List<Kept> of(String stage) throws IOException {
    Path folder = folder(stage);
    List<Kept> kept = new ArrayList<>();
    for (Aged each : aged(folder)) {
      String name = each.file.getFileName().toString();
      if (!name.endsWith(DRAFT)) {
        try {
          int position = Integer.parseInt(name.substring(0, Math.max(0, name.indexOf('-'))));
          StepMemory memory = MemoryFormat.read(Files.readAllBytes(each.file));
          kept.add(new Kept(memory, position, each.nanos));
        } catch (IOException | IllegalArgumentException e) {
          // forgotten meanwhile, of another version, or damaged: as good as none
        }
      }
    }
    kept.sort(Comparator.comparingLong(Kept::writtenNanos).reversed());
    return kept;
  }

  /** Removes what is old, and of the rest the oldest while it is too much. */
  public void collect(Instant now) throws IOException {
    List<Aged> all = new ArrayList<>();
    List<Path> folders = new ArrayList<>();
    Path room = store.root().resolve("explain");
    if (!Files.isDirectory(room)) {
      return;
    }
    for (String name : Posix.names(Posix.CWD, room.toString())) {
      folders.add(room.resolve(name));
      all.addAll(aged(room.resolve(name)));
    }
    all.sort(null);
    long left = 0;
    for (Aged each : all) {
      left += each.bytes;
    }
    for (Aged each : all) {
      Duration age = Duration.between(each.time(), now);
      boolean dead = each.file.toString().endsWith(DRAFT) && age.compareTo(DEAD) > 0;
      if (dead || left > MOST_BYTES || age.compareTo(OLDEST) > 0) {
        Files.deleteIfExists(each.file);
        left -= each.bytes;
      }
    }
    for (Path folder : folders) {
      try {
        if (aged(folder).isEmpty()) {
          Files.deleteIfExists(folder);
        }
      } catch (DirectoryNotEmptyException e) {
        // a build has just written into it
      }
    }
  }

  private Path folder(String stage) {
    String name = Digest.of(stage.getBytes(StandardCharsets.UTF_8)).hex().substring(0, NAME_DIGITS);
    return store.root().resolve("explain").resolve(name);
  }

  private static List<Aged> aged(Path folder) throws IOException {
    List<Aged> files = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      for (String name : Posix.names(Posix.CWD, folder.toString())) {
        files.add(Aged.of(folder.resolve(name)));
      }
    }
    return files;
  }

  /** A file with its age; the oldest first. No lambda orders them: making one costs 5 ms. */
  private record Aged(Path file, long nanos, long bytes) implements Comparable<Aged> {
    @Override
    public int compareTo(Aged other) {
      return Long.compare(nanos, other.nanos);
    }

    static Aged of(Path file) throws IOException {
      FileStatus status = FileStatus.of(file.toString());
      return status == null
          ? new Aged(file, 0, 0)
          : new Aged(file, status.mtimeNanos(), status.sizeBytes());
    }

    Instant time() {
      return Instant.ofEpochSecond(0, nanos);
    }
  }
}
