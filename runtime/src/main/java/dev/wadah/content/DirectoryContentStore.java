package dev.wadah.content;

import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import dev.wadah.posix.NativeSha256;
import dev.wadah.posix.Posix;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Blobs as files {@code blobs/sha256/HEX}, as an OCI image layout has them. A blob is written to
 * {@code blobs/ingest} under a lock and renamed when it is whole; what a killed process left there
 * is removed at the next opening. No blob is synced on its own: see {@link Store}.
 */
public final class DirectoryContentStore implements ContentStore {
  private final Store store;
  private final String blobs;
  private final Path ingests;
  private final Blocks blocks = new Blocks();

  public DirectoryContentStore(Store store) throws IOException {
    this.store = store;
    this.blobs = store.room("blobs/sha256").toString();
    this.ingests = store.room("blobs/ingest");
    removeLeftovers();
  }

  @Override
  public boolean has(Digest digest) throws IOException {
    return find(digest) != null;
  }

  @Override
  public long sizeBytes(Digest digest) throws IOException {
    return present(digest).sizeBytes();
  }

  @Override
  public InputStream open(Digest digest) throws IOException {
    return new FileInputStream(path(digest).toFile());
  }

  @Override
  public Path path(Digest digest) throws IOException {
    present(digest);
    return Path.of(file(digest));
  }

  @Override
  public Ingest ingest() throws IOException {
    return new FileIngest(ingests, blocks, this::place);
  }

  @Override
  public List<Digest> list() throws IOException {
    List<Digest> digests = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, blobs)) {
      digests.add(new Digest("sha256", name));
    }
    return digests;
  }

  @Override
  public void delete(Digest digest) throws IOException {
    Files.deleteIfExists(Path.of(file(digest)));
  }

  @Override
  public List<String> verify() throws IOException {
    List<String> problems = new ArrayList<>();
    for (String name : Posix.names(Posix.CWD, blobs)) {
      String problem = problem(name);
      if (problem != null) {
        problems.add(problem);
      }
    }
    return problems;
  }

  /** What is wrong with the file of a blob; null when nothing is. */
  private String problem(String name) throws IOException {
    String file = blobs + "/" + name;
    FileStatus status = FileStatus.of(file);
    if (status != null && store.doubtful(status.ctimeNanos())) {
      find(new Digest("sha256", name)); // hashes it, and removes it when it is torn
      return null;
    }
    try {
      String actual = digestOf(file).hex();
      return actual.equals(name)
          ? null
          : "blob sha256:%s: the content is sha256:%s".formatted(name, actual);
    } catch (IOException e) {
      return FileStatus.of(file) == null
          ? null
          : "blob sha256:%s: cannot be read: %s".formatted(name, e.getMessage());
    }
  }

  private String file(Digest digest) {
    return blobs + "/" + (digest.algorithm().equals("sha256") ? digest.hex() : digest.toString());
  }

  private FileStatus present(Digest digest) throws IOException {
    FileStatus status = find(digest);
    if (status == null) {
      throw new NoSuchFileException(file(digest), null, "no such blob in the store");
    }
    return status;
  }

  /** The blob's file; null when it is not here, or did not survive a power cut. */
  private FileStatus find(Digest digest) throws IOException {
    String file = file(digest);
    FileStatus status = FileStatus.of(file);
    if (status == null) {
      return null;
    }
    if (!store.doubtful(status.ctimeNanos())) {
      return store.leases().renew(file, status.mtimeNanos()) ? status : null;
    }
    if (!digestOf(file).equals(digest)) {
      delete(digest);
      return null;
    }
    Posix.chmod(Posix.CWD, file, 0444); // a new time of change: not doubtful until the next crash
    FileStatus sound = FileStatus.of(file);
    return sound != null && store.leases().renew(file, sound.mtimeNanos()) ? sound : null;
  }

  private static Digest digestOf(String file) throws IOException {
    MessageDigest hash = new NativeSha256();
    byte[] buffer = new byte[1 << 17];
    try (InputStream in = new FileInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    }
    return Digest.ofSha256(hash.digest());
  }

  /** Gives a whole file its name; when the blob is here already, that one stays. */
  private void place(String temporary, Digest digest) throws IOException {
    if (find(digest) != null) {
      Posix.unlink(Posix.CWD, temporary);
      return;
    }
    Posix.chmod(Posix.CWD, temporary, 0444);
    Posix.rename(Posix.CWD, temporary, Posix.CWD, file(digest), 0);
  }

  private void removeLeftovers() throws IOException {
    for (String name : Posix.names(Posix.CWD, ingests.toString())) {
      Optional<LockFile> dead = LockFile.tryTake(ingests.resolve(name));
      if (dead.isPresent()) {
        dead.get().close();
      }
    }
  }
}
