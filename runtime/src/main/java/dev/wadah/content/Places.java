package dev.wadah.content;

import dev.wadah.posix.Posix;
import dev.wadah.posix.PosixException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where on the disk a process makes directories for many new files. An ext4 without a journal makes
 * files up to a hundred times slower where many were removed in the last minutes; there each
 * process takes a part of the disk that nobody has used for longest (docs/adr/0009).
 */
public final class Places {
  /** By the root of the store; empty for none. For speed only: a place may go at any moment. */
  private static final Map<Path, String> CHOSEN = new ConcurrentHashMap<>();

  private Places() {}

  /**
   * Makes a directory (0700) in a store.
   *
   * @param store the store's root
   * @param path absolute, in the store
   */
  public static void makeDirectory(Path store, String path) throws PosixException {
    String place = CHOSEN.get(store);
    if (place == null) {
      place = choose(store.resolve("places").toString());
      CHOSEN.put(store, place);
    }
    if (place.isEmpty()) {
      Posix.mkdir(Posix.CWD, path, 0700);
    } else {
      Posix.mkdirIn(place, path);
    }
  }

  private static String choose(String room) {
    int number = Posix.choosePlace(room);
    return number < 0 ? "" : room + "/" + number;
  }
}
