package dev.wadah.content;

import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who uses the store just now, and what was used lately: by this a collector knows what to leave
 * alone (docs/adr/0006). Safe for threads and processes.
 *
 * <p>A process takes a lease before its first look-up. Every look-up of something collectable
 * {@linkplain #renew renews} its time of modification when that is more than {@link #RENEWAL} old.
 * So whatever a process relies on is younger than its lease's begin less {@code RENEWAL}, and a
 * collector that takes only what is older cannot hurt it. Taking a lease, renewing and collecting
 * exclude each other by one lock, the gate, which is held for microseconds (a collector:
 * milliseconds).
 */
public final class Leases {
  /**
   * What was used more recently is not renewed: warm commands write nothing. Stress tests shorten
   * it (milliseconds in {@code WADAH_TEST_RENEWAL}), so that a collector dares more.
   */
  public static final Duration RENEWAL = renewal(System.getenv("WADAH_TEST_RENEWAL"));

  /**
   * For clocks that differ or are set: the kernel's for files is up to ten milliseconds behind. Not
   * Duration.dividedBy, which is BigDecimal's: 20 ms of every command.
   */
  private static final Duration SLACK = Duration.ofNanos(RENEWAL.toNanos() / 10);

  private static final long MILLI = 1_000_000L;

  /** Marks are whole seconds, which every file system keeps, long before anything of ours. */
  private static final long MARKS = 1_000_000_000L;

  private static final String END = "end";

  private final Path root;
  private final Store.Looks looks;
  private LockFile lock;
  private Path file;
  private int holders;
  private long taken;
  private volatile long current;

  Leases(Path root, Store.Looks looks) {
    this.root = root;
    this.looks = looks;
  }

  private static Duration renewal(String millis) {
    return millis == null ? Duration.ofMinutes(10) : Duration.ofMillis(Long.parseLong(millis));
  }

  /**
   * Takes a lease; waits while a collector is taking things away, some milliseconds. Leases of one
   * store object are shared: the oldest begin counts until the last is closed.
   */
  @SuppressWarnings("try") // the gate is held, not used
  public synchronized Lease take() throws IOException {
    if (holders == 0) {
      Path room = room();
      try (LockFile gate = gate()) {
        Optional<LockFile> mine = Optional.empty();
        while (mine.isEmpty()) {
          file = room.resolve(now() / MILLI + "-" + Long.toHexString(System.nanoTime()));
          mine = LockFile.tryTake(file);
        }
        lock = mine.get();
      }
      current = ++taken;
    }
    holders++;
    return new Lease();
  }

  /**
   * The number of the lease that is held now: what was looked up under it need not be looked up
   * again. 0 while none is held.
   */
  public long current() {
    return current;
  }

  /**
   * Says that a file, which stands for something collectable, is used now.
   *
   * @param mtimeNanos its time of modification, as it was just looked up
   * @return false when a collector has just taken it: it is not there
   */
  @SuppressWarnings("try") // the gate is held, not used
  public boolean renew(String path, long mtimeNanos) throws IOException {
    if (looks == Store.Looks.LEAVE_NO_TRACE || now() - mtimeNanos < RENEWAL.toNanos()) {
      return true;
    }
    try (LockFile gate = gate()) {
      Posix.setModified(Posix.CWD, path, now());
      return true;
    } catch (PosixException e) {
      if (e.errnoName().equals("ENOENT")) {
        return false;
      }
      throw e;
    }
  }

  /** As {@link #renew(String, long)}, of a directory that is made when it is not there. */
  @SuppressWarnings("try") // the gate is held, not used
  public Path use(Path directory) throws IOException {
    FileStatus status = FileStatus.of(directory.toString());
    if (status == null || !renew(directory.toString(), status.mtimeNanos())) {
      try (LockFile gate = gate()) {
        Files.createDirectories(directory);
        Posix.setModified(Posix.CWD, directory.toString(), now());
      }
    }
    return directory;
  }

  /** The right to use what is looked up from now on, until it is closed. */
  public final class Lease implements Closeable {
    private boolean open = true;

    private Lease() {}

    /**
     * Says that no look-up follows, and what was found: a command that runs for days then holds
     * back these things only. Ignored when others share the lease.
     *
     * @param pins lines of a kind and a name, such as {@code layer sha256:...}
     */
    public void settle(List<String> pins) throws IOException {
      synchronized (Leases.this) {
        if (open && holders == 1) {
          current = 0;
          Files.writeString(file, String.join("\n", pins) + "\n" + END + "\n");
        }
      }
    }

    @Override
    public void close() throws IOException {
      synchronized (Leases.this) {
        if (open) {
          open = false;
          holders--;
          if (holders == 0) {
            current = 0;
            lock.close();
          }
        }
      }
    }
  }

  /**
   * Begins a collection. Whoever marks what is still led to does so after this; what nothing leads
   * to goes in {@link Round#sweep}.
   */
  @SuppressWarnings("try") // the gate is held, not used
  public Round round() throws IOException {
    Path room = room();
    try (LockFile gate = gate()) {
      long marked = now();
      long oldest = marked;
      boolean quiet = true;
      List<String> pins = new ArrayList<>();
      for (String name : Posix.names(Posix.CWD, room.toString())) {
        Path lease = room.resolve(name);
        Optional<LockFile> dead = LockFile.tryTake(lease);
        if (dead.isPresent()) {
          dead.get().close();
          continue;
        }
        Optional<List<String>> settled = settled(lease);
        settled.ifPresent(pins::addAll);
        if (settled.isEmpty()) {
          quiet = false;
          long start = startNanos(name);
          boolean setBack = start > marked + SLACK.toNanos();
          oldest = Math.min(oldest, setBack ? 0 : start);
        }
      }
      // Every lease that comes or goes sets this time again, as does every other round.
      long mark = (System.nanoTime() >>> 8) % MARKS * 1_000_000_000L;
      Posix.setModified(Posix.CWD, room.toString(), mark);
      return new Round(oldest, quiet ? mark : -1, pins);
    }
  }

  private static Optional<List<String>> settled(Path lease) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(lease);
    } catch (NoSuchFileException e) {
      return Optional.of(List.of());
    }
    int last = lines.size() - 1;
    return last >= 0 && lines.get(last).equals(END)
        ? Optional.of(lines.subList(0, last))
        : Optional.empty();
  }

  private static long startNanos(String lease) {
    int dash = lease.indexOf('-');
    try {
      return Long.parseLong(lease.substring(0, Math.max(dash, 0))) * MILLI;
    } catch (NumberFormatException e) {
      return 0; // not a name of ours: nothing is old enough
    }
  }

  /** One collection. */
  public final class Round {
    private final long oldest;
    private final long quietMark;
    private final List<String> pins;

    /**
     * A round.
     *
     * @param oldest begin of the oldest lease that is not settled; now, when there is none
     * @param quietMark time of the leases' room as long as none has come; -1 when there are some
     */
    private Round(long oldest, long quietMark, List<String> pins) {
      this.oldest = oldest;
      this.quietMark = quietMark;
      this.pins = List.copyOf(pins);
    }

    /** What settled leases hold. */
    public List<String> pins() {
      return pins;
    }

    /**
     * Takes things away while nobody begins to use anything. They are to be renamed or unlinked
     * only; what takes long follows afterwards.
     */
    @SuppressWarnings("try") // the gate is held, not used
    public void sweep(Removal removal) throws IOException {
      try (LockFile gate = gate()) {
        FileStatus room = FileStatus.of(room().toString());
        boolean nobody = room != null && room.mtimeNanos() == quietMark;
        long before = oldest - RENEWAL.toNanos() - SLACK.toNanos();
        removal.removeOlderThan(nobody ? Long.MAX_VALUE : before);
      }
    }
  }

  /** What a collector does behind the gate. */
  @FunctionalInterface
  public interface Removal {
    /**
     * Removes what nothing leads to.
     *
     * @param nanos only what was last modified before this may be removed
     */
    void removeOlderThan(long nanos) throws IOException;
  }

  private static long now() {
    return System.currentTimeMillis() * MILLI;
  }

  private Path room() throws IOException {
    Path room = root.resolve("leases");
    return Files.isDirectory(room) ? room : Files.createDirectories(room);
  }

  private LockFile gate() throws IOException {
    Path locks = root.resolve("locks");
    if (!Files.isDirectory(locks)) {
      Files.createDirectories(locks);
    }
    return LockFile.take(locks.resolve("gate"));
  }
}
