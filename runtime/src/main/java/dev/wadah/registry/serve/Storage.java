package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of a registry. {@code blobs/ALGORITHM/HEX} holds content once; {@code
 * repositories/PATH/_blobs}, {@code _manifests} and {@code _tags} say what a repository has; no
 * component of a path begins with an underscore. Everything appears by rename.
 */
final class Storage {
  private static final int BUFFER_BYTES = 256 << 10;

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

  /** Begins an upload. */
  String beginUpload(String repository) throws IOException {
    String id = UUID.randomUUID().toString();
    Path file = upload(repository, id);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    return id;
  }

  /** The bytes that an upload has; empty when there is none such. */
  Optional<Long> uploaded(String repository, String id) throws IOException {
    Path file = upload(repository, id);
    return Files.isRegularFile(file) ? Optional.of(Files.size(file)) : Optional.empty();
  }

  /** Adds to an upload. */
  void append(String repository, String id, InputStream in) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(upload(repository, id), StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    }
  }

  /**
   * Makes a blob of an upload.
   *
   * @return false if its bytes have another digest; the upload is gone then
   */
  boolean commit(String repository, String id, Digest digest) throws IOException {
    Path file = upload(repository, id);
    if (!hash(file, digest.algorithm()).equals(digest.hex())) {
      Files.delete(file);
      return false;
    }
    Files.createDirectories(blob(digest).getParent());
    Files.move(file, blob(digest), StandardCopyOption.ATOMIC_MOVE);
    link(repository, digest);
    return true;
  }

  boolean cancel(String repository, String id) throws IOException {
    return Files.deleteIfExists(upload(repository, id));
  }

  private Path upload(String repository, String id) throws Fault {
    try {
      return repository(repository).resolve("_uploads").resolve(UUID.fromString(id).toString());
    } catch (IllegalArgumentException e) {
      throw Fault.unknownUpload(id);
    }
  }

  private static String hash(Path file, String algorithm) throws IOException {
    MessageDigest hash;
    try {
      hash = MessageDigest.getInstance(algorithm.equals("sha512") ? "SHA-512" : "SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM lacks a digest algorithm", e);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    }
    return java.util.HexFormat.of().formatHex(hash.digest());
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
          .filter(name -> !name.startsWith(".draft"))
          .sorted()
          .toList();
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = Files.createTempFile(file.getParent(), ".draft", "");
    try {
      Files.write(draft, content);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
