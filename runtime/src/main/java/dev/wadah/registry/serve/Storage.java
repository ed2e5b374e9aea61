package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder of a registry. {@code blobs/ALGORITHM/HEX} holds content once; {@code
 * repositories/PATH/_blobs}, {@code _manifests} and {@code _tags} say what a repository has; no
 * component of a path begins with an underscore. Everything appears by rename.
 */
final class Storage {
  private static final String DRAFT = ".draft";

  private final Path root;

  Storage(Path root) {
    this.root = root;
  }

  Path blob(Digest digest) {
    return root.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  boolean hasBlob(String repository, Digest digest) {
    return Files.exists(mark(repository, "_blobs", digest)) && Files.exists(blob(digest));
  }

  /** Says that a repository has a blob that is here. */
  void link(String repository, Digest digest) throws IOException {
    write(mark(repository, "_blobs", digest), new byte[0]);
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
    if (!Files.exists(blob(digest))) {
      write(blob(digest), bytes);
    }
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
    Path top = root.resolve("repositories");
    if (!Files.isDirectory(top)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.walk(top)) {
      return folders
          .filter(folder -> folder.getFileName().toString().equals("_manifests"))
          .map(folder -> top.relativize(folder.getParent()).toString())
          .sorted()
          .toList();
    }
  }

  /** Where a repository's uploads are. */
  Path uploads(String repository) {
    return repository(repository).resolve("_uploads");
  }

  /** Makes a file here a blob; another one that brings the same at this moment does no harm. */
  void adopt(String repository, Path file, Digest digest) throws IOException {
    Files.createDirectories(blob(digest).getParent());
    Files.move(file, blob(digest), StandardCopyOption.ATOMIC_MOVE);
    link(repository, digest);
  }

  /** Removes uploads that were last written before a time, and drafts that a crash has left. */
  void removeUploadsBefore(Instant time) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Storage::isUnfinished).toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(time)) {
          Files.deleteIfExists(file);
        }
      }
    }
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
