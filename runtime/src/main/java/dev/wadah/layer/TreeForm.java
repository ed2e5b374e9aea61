package dev.wadah.layer;

import dev.wadah.content.LockFile;
import dev.wadah.content.Store;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a store's layers become root file systems: mounted as an overlay, or copied, where the file
 * system that the store lies on cannot hold what an overlay writes (another overlay, NFS, FUSE).
 * Found out when the first layer is unpacked or the first root is made, and kept in {@code
 * layers/form}, since the trees of the one are nothing for the other; see docs/adr/0013. Safe for
 * threads and processes.
 */
public final class TreeForm {
  private static final String MOUNTED = "mounted";
  private static final String COPIED = "copied";

  private final Store store;
  private final Probe probe;
  private Known known;

  /** Of a store; {@code probe} is asked at most once in its life. */
  public TreeForm(Store store, Probe probe) {
    this.store = store;
    this.probe = probe;
  }

  private record Known(Roots roots, String reason, OverlayMarks marks) {}

  /** How root file systems are made. */
  public enum Roots {
    MOUNTED,
    COPIED
  }

  /** Tries whether the kernel takes a directory for an overlay. */
  @FunctionalInterface
  public interface Probe {
    /** For who mounts nothing. */
    Probe NONE = directory -> new Answer(Verdict.UNKNOWN, "");

    /**
     * Tries a mount.
     *
     * @param directory holds the empty directories {@code lower}, {@code upper} and {@code work}
     */
    Answer ask(Path directory) throws IOException;
  }

  /** What came of it. */
  public enum Verdict {
    ACCEPTED,
    REFUSED,
    /** Nothing may be mounted here at all, for whatever reason; may be otherwise next time. */
    UNKNOWN
  }

  /**
   * The answer of a probe.
   *
   * @param reason the kernel's, on one line; empty when there is none
   */
  public record Answer(Verdict verdict, String reason) {}

  /** How root file systems are made. */
  public Roots roots() throws IOException {
    return known().roots();
  }

  /** Why they are copied; empty when they are not. */
  public String reason() throws IOException {
    return known().reason();
  }

  OverlayMarks marks() throws IOException {
    return known().marks();
  }

  private synchronized Known known() throws IOException {
    if (known == null) {
      Path file = store.room("layers").resolve("form");
      Optional<Known> kept = read(file);
      known = kept.isPresent() ? kept.get() : decide(file);
    }
    return known;
  }

  /** What was found out; empty when nobody has, or a power cut took what was written. */
  private Optional<Known> read(Path file) throws IOException {
    if (FileStatus.of(file.toString()) == null) {
      return Optional.empty();
    }
    String text = Files.readString(file).strip();
    if (text.equals(MOUNTED)) {
      return Optional.of(mounted(store.room("layers/staging")));
    }
    return text.startsWith(COPIED)
        ? Optional.of(copied(text.substring(COPIED.length()).strip()))
        : Optional.empty();
  }

  private static Known mounted(Path staging) throws IOException {
    return new Known(Roots.MOUNTED, "", OverlayMarks.of(staging.toString()));
  }

  private static Known copied(String reason) {
    return new Known(Roots.COPIED, reason, OverlayMarks.NAMES);
  }

  private Known decide(Path file) throws IOException {
    Answer answer = tried();
    if (answer.verdict() == Verdict.UNKNOWN) {
      return mounted(store.room("layers/staging"));
    }
    String text =
        answer.verdict() == Verdict.ACCEPTED ? MOUNTED : (COPIED + " " + answer.reason()).strip();
    put(file, text + "\n");
    return read(file).orElseThrow(); // of whoever was first
  }

  private void put(Path file, String text) throws IOException {
    Path draft = file.resolveSibling("form-" + Long.toHexString(System.nanoTime()));
    Files.writeString(draft, text, StandardCharsets.UTF_8);
    try {
      Posix.rename(Posix.CWD, draft.toString(), Posix.CWD, file.toString(), 1);
    } catch (PosixException e) {
      if (!e.errnoName().equals("EEXIST") || read(file).isEmpty()) {
        // A file system that cannot rename without replacing, where what others wrote is the same;
        // or what is there lost its content in a power cut.
        Posix.rename(Posix.CWD, draft.toString(), Posix.CWD, file.toString(), 0);
      } else {
        Files.delete(draft);
      }
    }
  }

  @SuppressWarnings("try") // the lock is held, not used
  private Answer tried() throws IOException {
    Path staging = store.room("layers/staging");
    String name = "form-" + Long.toHexString(System.nanoTime());
    Path directory = staging.resolve(name);
    Optional<LockFile> lock = LockFile.tryTake(staging.resolve(name + ".lock"));
    if (lock.isEmpty()) {
      return new Answer(Verdict.UNKNOWN, "");
    }
    try (LockFile held = lock.get()) {
      for (String part : List.of("lower", "upper", "work")) {
        Files.createDirectories(directory.resolve(part));
      }
      Optional<String> obstacle = whiteoutObstacle(directory.resolve("upper").toString());
      return obstacle.isPresent()
          ? new Answer(Verdict.REFUSED, obstacle.get())
          : probe.ask(directory);
    } finally {
      Posix.removeTree(Posix.CWD, directory.toString());
    }
  }

  /** An overlay takes no whiteouts from users, whatever the kernel; others know no devices. */
  private static Optional<String> whiteoutObstacle(String directory) throws IOException {
    String file = directory + "/whiteout";
    try {
      Posix.mknod(Posix.CWD, file, FileStatus.S_IFCHR, 0);
      Posix.unlink(Posix.CWD, file);
      return Optional.empty();
    } catch (PosixException e) {
      if (List.of("ENOSPC", "EDQUOT", "EROFS", "EIO", "EACCES").contains(e.errnoName())) {
        throw e;
      }
      return Optional.of("its file system takes no whiteouts (mknod: " + e.errnoName() + ")");
    }
  }
}
