package dev.wadah.build.share;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.image.BlobIntake;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files of an OCI layout, each written beside its place and renamed. */
final class LayoutFiles {
  private static final String DRAFT = ".draft-";

  private final Path folder;

  LayoutFiles(Path folder) {
    this.folder = folder;
  }

  /** The place of a blob; a digest is hex digits, so it leads nowhere else. */
  Path blob(Digest digest) {
    return folder.resolve("blobs").resolve(digest.algorithm()).resolve(digest.hex());
  }

  /** Whether a blob is there with its size; what a power cut left empty is not. */
  boolean has(Descriptor blob) throws IOException {
    Path file = blob(blob.digest());
    return Files.isRegularFile(file) && Files.size(file) == blob.sizeBytes();
  }

  /**
   * A small file's content; empty when it is not there.
   *
   * @throws IllegalArgumentException if it is larger than {@code most} bytes
   */
  Optional<byte[]> read(String name, int most) throws IOException {
    try (InputStream in = Files.newInputStream(folder.resolve(name))) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IllegalArgumentException(
            "%s is larger than %d MiB".formatted(folder.resolve(name), most >> 20));
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Stores a blob, unless its bytes are others than its digest says. */
  void put(Descriptor blob, InputStream in) throws IOException {
    MessageDigest hash = Sha256.create();
    write(
        blob(blob.digest()),
        out -> {
          BlobIntake.copy(in, new DigestOutputStream(out, hash));
          Digest actual = Digest.ofSha256(hash.digest());
          if (!actual.equals(blob.digest())) {
            throw new DigestMismatchException("layer of the cache", blob.digest(), actual);
          }
        });
  }

  void write(String name, byte[] bytes) throws IOException {
    write(folder.resolve(name), out -> out.write(bytes));
  }

  /** Writes the bytes of a file. */
  @FunctionalInterface
  private interface Writer {
    void write(OutputStream out) throws IOException;
  }

  private static void write(Path file, Writer writer) throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = Files.createTempFile(file.getParent(), DRAFT, "");
    try {
      try (OutputStream out = Files.newOutputStream(draft)) {
        writer.write(out);
      }
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** The files of all SHA-256 blobs, and of drafts that a killed process left. */
  List<Path> blobs() throws IOException {
    List<Path> blobs = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder.resolve("blobs").resolve("sha256"))) {
      entries.forEach(blobs::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return blobs;
  }
}
