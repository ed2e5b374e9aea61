package dev.wadah.image;

import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The table of names: one file for each, {@code images/names/DOMAIN/PATH/:TAG} or {@code
 * .../@DIGEST}, that holds the descriptor. No component of a path begins with a colon or an at
 * sign, so a repository may lie below another one.
 */
final class ImageNames {
  private final Store store;

  ImageNames(Store store) {
    this.store = store;
  }

  Optional<Descriptor> get(ImageReference name) throws IOException {
    return read(file(top(), name));
  }

  void put(ImageReference name, Descriptor target) throws IOException {
    files().write(file(top(), name), OciJson.write(target));
  }

  /** The file of a name. */
  Path record(ImageReference name) throws IOException {
    return file(top(), name);
  }

  boolean remove(ImageReference name) throws IOException {
    return files().delete(file(top(), name), top());
  }

  /** Every name that has a record here, also a damaged one, sorted. */
  List<String> written() throws IOException {
    List<String> written = new ArrayList<>();
    for (Path file : records(top())) {
      written.add(nameOf(file));
    }
    Collections.sort(written);
    return written;
  }

  /** All names, sorted. */
  SortedMap<String, Descriptor> all() throws IOException {
    return below(top());
  }

  /** The names of one repository, sorted. */
  SortedMap<String, Descriptor> ofRepository(ImageReference repository) throws IOException {
    SortedMap<String, Descriptor> names = new TreeMap<>();
    Path folder = file(top(), repository).getParent();
    for (Path file : list(folder)) {
      if (isRecord(file)) {
        add(names, file);
      }
    }
    return names;
  }

  private SortedMap<String, Descriptor> below(Path top) throws IOException {
    SortedMap<String, Descriptor> names = new TreeMap<>();
    for (Path file : records(top)) {
      add(names, file);
    }
    return names;
  }

  private static List<Path> records(Path top) throws IOException {
    List<Path> records = new ArrayList<>();
    List<Path> folders = new ArrayList<>(List.of(top));
    while (!folders.isEmpty()) {
      for (Path entry : list(folders.remove(folders.size() - 1))) {
        (isRecord(entry) ? records : folders).add(entry);
      }
    }
    return records;
  }

  private void add(SortedMap<String, Descriptor> names, Path file) throws IOException {
    Optional<Descriptor> target = read(file);
    if (target.isPresent()) {
      names.put(nameOf(file), target.get());
    }
  }

  private String nameOf(Path file) throws IOException {
    Path relative = top().relativize(file);
    return relative.getParent() + relative.getFileName().toString();
  }

  private static boolean isRecord(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(":") || name.startsWith("@");
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Optional<Descriptor> read(Path file) throws IOException {
    Optional<byte[]> bytes = files().read(file);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OciJson.parseDescriptor(bytes.get()));
    } catch (IllegalArgumentException e) {
      if (isDoubtful(store, file)) {
        Files.deleteIfExists(file);
        return Optional.empty();
      }
      throw new ImageException(
          "the name record %s is damaged: %s; remove the file, then load or pull the image again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Whether a power cut may have torn a record. */
  static boolean isDoubtful(Store store, Path record) throws IOException {
    FileStatus status = FileStatus.of(record.toString());
    return status != null && store.doubtful(status.ctimeNanos());
  }

  private static Path file(Path top, ImageReference name) {
    String record =
        name.tag().map(t -> ":" + t).orElse("") + name.digest().map(d -> "@" + d).orElse("");
    return top.resolve(name.repository()).resolve(record);
  }

  private RecordFiles files() throws IOException {
    return new RecordFiles(store.room("images"));
  }

  private Path top() throws IOException {
    return store.room("images").resolve("names");
  }
}
