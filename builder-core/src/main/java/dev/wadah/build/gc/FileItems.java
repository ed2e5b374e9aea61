package dev.wadah.build.gc;

import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Unit.Going;
import dev.wadah.build.gc.Unit.Hold;
import dev.wadah.content.Store;
import dev.wadah.posix.DiskUsage;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Entries that are files or folders of their own: cache mounts, sources of builds, volumes. */
final class FileItems {
  private final Store store;
  private final Census census;
  private final Trash trash;
  private final List<Item> items = new ArrayList<>();

  FileItems(Store store, Census census, Trash trash) {
    this.store = store;
    this.census = census;
    this.trash = trash;
  }

  List<Item> list() throws IOException {
    each("mounts", this::mount);
    each("downloads", this::download);
    each("git", folder -> add(Kind.CHECKOUT, folder, "git checkout"));
    each("contexts", file -> add(Kind.CONTEXT, file, "digests of the files of a build context"));
    each("layers/indexes", file -> add(Kind.INDEX, file, "names in a layer"));
    each("volumes", this::volume);
    return items;
  }

  /** What is done with every file of a room. */
  private interface Visit {
    void visit(Path file) throws IOException;
  }

  private void each(String room, Visit visit) throws IOException {
    Path folder = store.root().resolve(room);
    String[] names =
        Files.isDirectory(folder) ? Posix.names(Posix.CWD, folder.toString()) : new String[0];
    for (String name : names) {
      // Drafts belong to those who write them, or are leftovers.
      if (!name.endsWith(".tmp") && !name.startsWith("checkout")) {
        visit.visit(folder.resolve(name));
      }
    }
  }

  private void mount(Path folder) throws IOException {
    byte[] text = new byte[1000];
    Path note = folder.resolve("id");
    int length =
        Files.isRegularFile(note)
            ? Posix.readFile(Posix.CWD, note.toString(), text, 0, text.length)
            : 0;
    String id = new String(text, 0, length, java.nio.charset.StandardCharsets.UTF_8).strip();
    add(Kind.CACHE_MOUNT, folder, id.isEmpty() ? "cache mount" : "cache mount " + id);
  }

  /** The note goes with its file's next use; alone it only says what the server said. */
  private void download(Path file) throws IOException {
    boolean note = file.toString().endsWith(".note");
    add(Kind.DOWNLOAD, file, note ? "what a server said of a file" : "downloaded file");
  }

  private void volume(Path folder) throws IOException {
    String name = folder.getFileName().toString();
    boolean anonymous = name.startsWith(".fresh-") || isHex(name);
    add(anonymous ? Kind.ANONYMOUS_VOLUME : Kind.NAMED_VOLUME, folder, name);
  }

  /** Docker's names of volumes that nobody named. */
  private static boolean isHex(String name) {
    return name.length() == 64 && dev.wadah.oci.Digest.isLowerHex(name);
  }

  private void add(Kind kind, Path file, String description) throws IOException {
    FileStatus status = FileStatus.of(file.toString());
    if (status == null) {
      return;
    }
    Unit unit = new Unit(DiskUsage.of(file.toString()), Going.WITH_ITS_ENTRY);
    boolean pinned = census.isPinned("volume " + file.getFileName());
    unit.hold(pinned ? Hold.FOR_GOOD : Hold.WHILE_IT_LASTS);
    Entry entry =
        new Entry(
            file.getFileName().toString(),
            kind,
            description,
            unit.bytes(),
            instant(status.mtimeNanos()),
            instant(status.mtimeNanos()),
            Map.of(),
            pinned ? Set.of(Trait.IN_USE) : Set.of());
    items.add(new Item(entry, Set.of(unit), olderThan -> remove(file, olderThan)));
  }

  private boolean remove(Path file, long olderThanNanos) throws IOException {
    FileStatus status = FileStatus.of(file.toString());
    if (status != null && status.mtimeNanos() >= olderThanNanos) {
      return false;
    }
    trash.take(file);
    return true;
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
