package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.Posix;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The folder that everything lives in, shared by any number of processes.
 *
 * <p>Each room below it belongs to one package: {@code blobs} (content), {@code layers} (layer),
 * {@code work} (snapshot; temporary), {@code images} (image), {@code cache} (build.cache), {@code
 * logs}, {@code containers}; {@code locks} holds the files of {@link #lock}, {@code leases} those
 * of {@link #leases}, {@code places} what {@link Places} needs.
 *
 * <p><b>Power cuts.</b> Nothing is synced while a build runs; the kernel writes when it likes, and
 * after a crash of the machine (not of a process) a file may be there without its content. So
 * {@link #sync()} brings everything to the disk and notes when, and what changed after that note
 * but before the machine started is {@linkplain #doubtful doubtful}: whoever uses such a file
 * checks its digest first. See docs/adr/0002.
 */
public final class Store {
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@+-]{0,120}");

  private final Path root;
  private final long startedNanos;
  private final long syncedNanos;
  private final Leases leases;

  private Store(Path root, Looks looks) throws IOException {
    this.root = root;
    this.startedNanos = Power.startedNanos();
    this.syncedNanos = Power.readMark(root.resolve("synced"));
    this.leases = new Leases(root, looks);
  }

  /** Whether looking something up in a store counts as using it. */
  public enum Looks {
    /** What is found stays at least as long as the lease that it was found under. */
    COUNT,
    /** For those who count and collect: nothing that they look at lives longer for it. */
    LEAVE_NO_TRACE
  }

  /** Opens the store at {@code root}, making it (0711) when it is not there. */
  public static Store open(Path root) throws IOException {
    return open(root, Looks.COUNT);
  }

  /** As {@link #open(Path)}. */
  public static Store open(Path root, Looks looks) throws IOException {
    Path absolute = root.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      // Others may pass (a container of another user must reach its layers) but not look around.
      var mode = PosixFilePermissions.fromString("rwx--x--x");
      Files.createDirectories(absolute, PosixFilePermissions.asFileAttribute(mode));
    }
    return new Store(absolute, looks);
  }

  /**
   * {@code $WADAH_HOME}; else /var/lib/wadah for root, else $XDG_DATA_HOME/wadah. Who is root in a
   * user namespace that the start script made is the ordinary user that it was.
   */
  public static Path defaultRoot() {
    String home = System.getenv("WADAH_HOME");
    if (home != null && !home.isEmpty()) {
      return Path.of(home);
    }
    if (Posix.effectiveUser() == 0 && System.getenv("WADAH_USER_NAMESPACE") == null) {
      return Path.of("/var/lib/wadah");
    }
    String data = System.getenv("XDG_DATA_HOME");
    return data != null && data.startsWith("/")
        ? Path.of(data, "wadah")
        : Path.of(System.getProperty("user.home"), ".local", "share", "wadah");
  }

  public Path root() {
    return root;
  }

  /** Who uses the store just now; what is looked up without a lease may go at any moment. */
  public Leases leases() {
    return leases;
  }

  /** A room of the store, made when it is not there. */
  public Path room(String name) throws IOException {
    Path room = root.resolve(name);
    return Files.isDirectory(room) ? room : Files.createDirectories(room);
  }

  /**
   * Takes the lock {@code name}, exclusive between processes and threads, not reentrant; waits for
   * it. Interrupting the thread ends the wait with {@link java.io.InterruptedIOException}.
   */
  public Lock lock(String name) throws IOException {
    String file =
        FILE_NAME.matcher(name).matches()
            ? name
            : Digest.of(name.getBytes(StandardCharsets.UTF_8)).hex();
    return LockFile.take(room("locks").resolve(file));
  }

  /**
   * Waits until everything in the store is on the disk, and notes it. For commands that promise
   * something to last, at their end; takes as long as the disk needs for what was written lately.
   */
  public void sync() throws IOException {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    Posix.syncFileSystem(root.toString());
    Path temporary = Files.createTempFile(root, "synced", ".tmp");
    Files.writeString(temporary, Long.toString(now));
    Files.move(temporary, root.resolve("synced"), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Whether a file of the store may have lost its content in a power cut: it changed before the
   * machine started, and after the last {@link #sync()}.
   *
   * @param ctimeNanos when the file last changed, by the kernel's own clock of changes
   */
  public boolean doubtful(long ctimeNanos) {
    return ctimeNanos < startedNanos && ctimeNanos > syncedNanos;
  }

  @Override
  public String toString() {
    return root.toString();
  }

  /** A lock that is held until closed; the kernel frees it when the process dies. */
  public interface Lock extends Closeable {}

  /** When the machine started and when it was last synced. */
  private static final class Power {
    private Power() {}

    /**
     * A little later than the truth: a clock set right at start-up may only make more doubtful. The
     * simulation of power cuts gives it in seconds since 1970, as WADAH_TEST_STARTED.
     */
    static long startedNanos() throws IOException {
      String simulated = System.getenv("WADAH_TEST_STARTED");
      if (simulated != null) {
        return TimeUnit.SECONDS.toNanos(Long.parseLong(simulated));
      }
      String uptime = Files.readString(Path.of("/proc/uptime"));
      long millis = (long) (Double.parseDouble(uptime.substring(0, uptime.indexOf(' '))) * 1000);
      return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - millis + 2000);
    }

    /** 0 when there is no mark, or one that was itself lost, or one from the future. */
    static long readMark(Path file) throws IOException {
      try {
        long mark = Long.parseLong(Files.readString(file).strip());
        return mark > TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) ? 0 : mark;
      } catch (NoSuchFileException | NumberFormatException e) {
        return 0;
      }
    }
  }
}
