package dev.wadah.build.mounts;

import dev.wadah.content.Store;
import dev.wadah.oci.Digest;
import dev.wadah.posix.DiskUsage;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The store's room {@code mounts}: a folder for each cache, in it {@code id} with the name that
 * Dockerfiles call it by, and the data in {@code 0}, {@code 1}, ... for private use at the same
 * time. A cache without a seed is found by its id.
 */
public final class CacheFolders {
  private static final int NAME_LENGTH = 40;
  private static final int NO_REPLACE = 1;
  private static final int EXCHANGE = 2;
  private static final String DRAFT = "new-";

  private final Store store;

  public CacheFolders(Store store) {
    this.store = store;
  }

  /**
   * A cache without a seed that is here.
   *
   * @param id what Dockerfiles call it
   * @param data its directory
   * @param bytes what it takes on the disk
   * @param used when it was last used, to ten minutes
   */
  public record Cache(String id, Path data, long bytes, Instant used) {}

  /** The name of a cache's folder, and of its lock. */
  public static String name(String identity) {
    byte[] bytes = identity.getBytes(StandardCharsets.UTF_8);
    return Digest.of(bytes).hex().substring(0, NAME_LENGTH);
  }

  /**
   * A cache's folder, which is made when it is not there and counts as used now.
   *
   * @param name of {@link #name}
   * @param id what {@code system df} calls the cache
   */
  public Path use(String name, String id) throws IOException {
    Path folder = store.leases().use(store.room("mounts").resolve(name));
    Path note = folder.resolve("id");
    if (!Files.exists(note)) {
      Files.writeString(note, id + "\n");
    }
    return folder;
  }

  /** Keeps steps away that use a cache with {@code sharing=locked}. */
  public Store.Lock lock(String name) throws IOException {
    return store.lock("mount-" + name);
  }

  /** The data that steps share of a cache without a seed; there may be none. */
  public Path data(String id) {
    return store.root().resolve("mounts").resolve(name(id)).resolve("0");
  }

  /** All caches without a seed, by their ids. */
  public List<Cache> list() throws IOException {
    List<Cache> caches = new ArrayList<>();
    Path room = store.room("mounts");
    for (String name : Posix.names(Posix.CWD, room.toString())) {
      String id = id(room.resolve(name));
      Path data = room.resolve(name).resolve("0");
      FileStatus folder = FileStatus.of(room.resolve(name).toString());
      if (name.equals(name(id)) && folder != null && Files.isDirectory(data)) {
        Instant used = Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(folder.mtimeNanos()));
        caches.add(new Cache(id, data, DiskUsage.of(data.toString()), used));
      }
    }
    caches.sort(Comparator.comparing(Cache::id));
    return caches;
  }

  private static String id(Path folder) throws IOException {
    try {
      String text = Files.readString(folder.resolve("id"));
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** What fills a new cache's directory. */
  @FunctionalInterface
  public interface Filling {
    void fill(Path directory) throws IOException;
  }

  /** What happens to data that is there already. */
  public enum Present {
    STAYS,
    IS_REPLACED
  }

  /**
   * Makes a cache's directory, complete before anybody can see it. One that a step has just made
   * stays as well, empty as it may be: that step uses it already.
   *
   * @param folder of {@link #use}
   * @param name such as {@code 0}
   * @return whether it is the new one that is there now
   */
  public static boolean create(Path folder, String name, Present present, Filling filling)
      throws IOException {
    Path draft = Files.createTempDirectory(folder, DRAFT);
    try {
      filling.fill(draft);
      return place(draft, folder.resolve(name), present);
    } finally {
      Posix.removeTree(Posix.CWD, draft.toString());
    }
  }

  private static boolean place(Path draft, Path data, Present present) throws IOException {
    try {
      rename(draft, data, NO_REPLACE);
      return true;
    } catch (PosixException e) {
      if (!e.errnoName().equals("EEXIST")) {
        throw e;
      }
    }
    if (present == Present.IS_REPLACED) {
      rename(draft, data, EXCHANGE); // steps that are running go on with the old one
    }
    return present == Present.IS_REPLACED;
  }

  private static void rename(Path from, Path to, int flags) throws PosixException {
    Posix.rename(Posix.CWD, from.toString(), Posix.CWD, to.toString(), flags);
  }
}
