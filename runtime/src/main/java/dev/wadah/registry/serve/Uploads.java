package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Uploads under way: a file each, below the repository, so that one goes on after the registry was
 * stopped. A session is written by one request at a time. Those that nobody has touched for a day
 * are removed by {@link Sweep}.
 */
final class Uploads {
  private static final int BUFFER_BYTES = 256 << 10;

  private final Storage storage;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  /** SHA-256 of what sessions have so far, so that a blob need not be read again at its end. */
  private final Map<String, Running> hashes = new ConcurrentHashMap<>();

  Uploads(Storage storage) {
    this.storage = storage;
  }

  /** A hash of the first bytes of a session. */
  private static final class Running {
    private final MessageDigest hash = hasher("sha256");
    private long bytes;
  }

  /** Begins an upload; returns its name. */
  String begin(String repository) throws IOException {
    String id = UUID.randomUUID().toString();
    Path file = file(repository, id);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    hashes.put(id, new Running());
    return id;
  }

  /** The bytes that an upload has. */
  long size(String repository, String id) throws IOException {
    try {
      return Files.size(file(repository, id));
    } catch (NoSuchFileException e) {
      throw Fault.unknownUpload(id);
    }
  }

  /**
   * Adds to an upload. What came before a connection broke stays, and is counted.
   *
   * @param from where the client believes that it goes on; empty if it does not say
   * @throws Fault if another request writes to it, or it goes on elsewhere
   */
  void append(String repository, String id, Optional<Long> from, InputStream in)
      throws IOException {
    if (!busy.add(id)) {
      throw new Fault(409, "BLOB_UPLOAD_INVALID", "another request is writing to this upload");
    }
    try {
      long size = size(repository, id);
      if (from.isPresent() && from.get() != size) {
        throw new Fault(416, "BLOB_UPLOAD_INVALID", "the upload goes on at byte " + size);
      }
      write(file(repository, id), id, in);
    } finally {
      busy.remove(id);
    }
  }

  private void write(Path file, String id, InputStream in) throws IOException {
    Running running = hashes.get(id);
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        if (running != null) {
          running.hash.update(buffer, 0, n);
          running.bytes += n;
        }
      }
    }
  }

  /**
   * Makes a blob of an upload; it is on the disk when this returns.
   *
   * @throws Fault if its bytes have another digest; the upload is gone then
   */
  void commit(String repository, String id, Digest digest) throws IOException {
    Path file = file(repository, id);
    long size = size(repository, id);
    Running running = hashes.remove(id);
    boolean hashed = running != null && running.bytes == size;
    String actual =
        hashed && digest.algorithm().equals("sha256")
            ? HexFormat.of().formatHex(running.hash.digest())
            : hash(file, digest.algorithm());
    if (!actual.equals(digest.hex())) {
      Files.deleteIfExists(file);
      throw new Fault(
          400,
          "DIGEST_INVALID",
          "provided digest did not match uploaded content: %s, not %s:%s"
              .formatted(digest, digest.algorithm(), actual));
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(false);
    }
    storage.adopt(repository, file, digest);
  }

  /** Forgets an upload. */
  void cancel(String repository, String id) throws IOException {
    hashes.remove(id);
    if (!Files.deleteIfExists(file(repository, id))) {
      throw Fault.unknownUpload(id);
    }
  }

  private Path file(String repository, String id) throws Fault {
    try {
      return storage.uploads(repository).resolve(UUID.fromString(id).toString());
    } catch (IllegalArgumentException e) {
      throw Fault.unknownUpload(id);
    }
  }

  private static String hash(Path file, String algorithm) throws IOException {
    MessageDigest hash = hasher(algorithm);
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      while (in.read(buffer) >= 0) {
        hash.update(buffer.flip());
        buffer.clear();
      }
    }
    return HexFormat.of().formatHex(hash.digest());
  }

  private static MessageDigest hasher(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha512") ? "SHA-512" : "SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM lacks a digest algorithm", e);
    }
  }
}
