package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * The folder of a registry. {@code blobs/ALGORITHM/HEX} holds content once; {@code
 * repositories/PATH/_blobs}, {@code _manifests} and {@code _tags} say what a repository has; no
 * component of a path begins with an underscore. Everything appears by rename.
 */
final class Storage {
  private static final String DRAFT = ".draft";

  /** A use is noted when the last one was so long ago. */
  private static final Duration TOUCHED = Duration.ofHours(1);

  private final Path root;

  /** Held for reading while something is found and noted as used, for writing while it goes. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  Storage(Path root) {
    this.root = root;
  }

  Path blob(Digest digest) {
    return root.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  /** Whether a repository has a blob; then the collector leaves it alone for a while. */
  boolean hasBlob(String repository, Digest digest) throws IOException {
    use.readLock().lock();
    try {
      return touch(mark(repository, "_blobs", digest)) && touch(blob(digest));
    } finally {
      use.readLock().unlock();
    }
  }

  /** Says that a repository has a blob, if it is here. */
  boolean link(String repository, Digest digest) throws IOException {
    use.readLock().lock();
    try {
      if (!touch(blob(digest))) {
        return false;
      }
      write(mark(repository, "_blobs", digest), new byte[0]);
      return true;
    } finally {
      use.readLock().unlock();
    }
  }

  /** Notes that a file is in use; false when it is not there. */
  private static boolean touch(Path file) throws IOException {
    try {
      Instant now = Instant.now();
      if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(TOUCHED))) {
        Files.setLastModifiedTime(file, FileTime.from(now));
      }
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Removes a file, unless somebody has used it since {@code time}; true if it is gone. */
  boolean removeUnused(Path file, Instant time) throws IOException {
    use.writeLock().lock();
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(time)
          && Files.deleteIfExists(file);
    } catch (NoSuchFileException e) {
      return false;
    } finally {
      use.writeLock().unlock();
    }
  }

  boolean unlink(String repository, Digest digest) throws IOException {
    return Files.deleteIfExists(mark(repository, "_blobs", digest));
  }

  private Path mark(String repository, String kind, Digest digest) {
    return repository(repository).resolve(kind).resolve(digest.algorithm() + "-" + digest.hex());
  }

  private Path repository(String repository) {
    return root.resolve("repositories").resolve(repository);
  }

  /** Stores a manifest with its media type. */
  void putManifest(String repository, Digest digest, String mediaType, byte[] bytes)
      throws IOException {
    write(blob(digest), bytes);
    write(mark(repository, "_manifests", digest), mediaType.getBytes(StandardCharsets.UTF_8));
  }

  /** The media type of a manifest; empty when the repository has none such. */
  Optional<String> mediaType(String repository, Digest digest) throws IOException {
    return read(mark(repository, "_manifests", digest));
  }

  boolean deleteManifest(String repository, Digest digest) throws IOException {
    for (String tag : tags(repository)) {
      if (tag(repository, tag).filter(digest.toString()::equals).isPresent()) {
        deleteTag(repository, tag);
      }
    }
    return Files.deleteIfExists(mark(repository, "_manifests", digest));
  }

  /** The manifests of a repository. */
  List<Digest> manifests(String repository) throws IOException {
    List<Digest> digests = new ArrayList<>();
    for (String name : names(repository(repository).resolve("_manifests"))) {
      digests.add(Digest.parse(name.replace('-', ':')));
    }
    return digests;
  }

  void putTag(String repository, String tag, Digest digest) throws IOException {
    write(
        repository(repository).resolve("_tags").resolve(tag),
        digest.toString().getBytes(StandardCharsets.UTF_8));
  }

  Optional<String> tag(String repository, String tag) throws IOException {
    return read(repository(repository).resolve("_tags").resolve(tag));
  }

  boolean deleteTag(String repository, String tag) throws IOException {
    return Files.deleteIfExists(repository(repository).resolve("_tags").resolve(tag));
  }

  List<String> tags(String repository) throws IOException {
    return names(repository(repository).resolve("_tags"));
  }

  boolean hasRepository(String repository) {
    return Files.isDirectory(repository(repository));
  }

  /** All repositories that have a manifest, sorted. */
  List<String> repositories() throws IOException {
    return repositoriesWith("_manifests");
  }

  /** All repositories that have a folder of this name, sorted. */
  List<String> repositoriesWith(String kind) throws IOException {
    Path top = root.resolve("repositories");
    List<String> found = new ArrayList<>();
    for (Path folder : all(top)) {
      if (folder.getFileName().toString().equals(kind)) {
        found.add(top.relativize(folder.getParent()).toString());
      }
    }
    Collections.sort(found);
    return found;
  }

  /** The blobs that a repository has, by the marks that say so. */
  Map<Path, Digest> marks(String repository) throws IOException {
    Map<Path, Digest> marks = new LinkedHashMap<>();
    Path folder = repository(repository).resolve("_blobs");
    for (String name : names(folder)) {
      marks.put(folder.resolve(name), Digest.parse(name.replace('-', ':')));
    }
    return marks;
  }

  /** All content that is here, with its files. */
  Map<Path, Digest> blobs() throws IOException {
    Map<Path, Digest> blobs = new LinkedHashMap<>();
    for (String algorithm : names(root.resolve("blobs"))) {
      Path folder = root.resolve("blobs").resolve(algorithm);
      for (String hex : names(folder)) {
        blobs.put(folder.resolve(hex), new Digest(algorithm, hex));
      }
    }
    return blobs;
  }

  /** Where a repository's uploads are. */
  Path uploads(String repository) {
    return repository(repository).resolve("_uploads");
  }

  /** Makes a file here a blob; another one that brings the same at this moment does no harm. */
  void adopt(String repository, Path file, Digest digest) throws IOException {
    Files.createDirectories(blob(digest).getParent());
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    Files.move(file, blob(digest), StandardCopyOption.ATOMIC_MOVE);
    link(repository, digest);
  }

  /** Removes uploads that were last written before a time, and drafts that a crash has left. */
  void removeUploadsBefore(Instant time) throws IOException {
    for (Path file : all(root)) {
      if (isUnfinished(file)) {
        removeUnused(file, time);
      }
    }
  }

  /** All files and folders below one; those that go meanwhile are left out. */
  private static List<Path> all(Path top) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(top)) {
      Files.walkFileTree(
          top,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              found.add(folder);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              found.add(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE;
            }
          });
    }
    return found;
  }

  private static boolean isUnfinished(Path file) {
    boolean upload = file.getParent().getFileName().toString().equals("_uploads");
    return upload || file.getFileName().toString().startsWith(DRAFT);
  }

  private static Optional<String> read(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith(DRAFT))
          .sorted()
          .toList();
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = Files.createTempFile(file.getParent(), DRAFT, "");
    try {
      Files.write(draft, content);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
