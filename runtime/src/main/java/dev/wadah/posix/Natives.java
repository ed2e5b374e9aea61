package dev.wadah.posix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Finds the programs and libraries that are built from C: {@code launcher} and {@code libwadah.so}.
 *
 * <p>They lie in the directory named by the system property {@code wadah.libexec} or its folder
 * {@code linux-ARCHITECTURE} (the installed distribution), else on the class path, from where each
 * is written once per user and content into {@code $XDG_CACHE_HOME/wadah}, {@code ~/.cache/wadah}
 * or a private directory below {@code java.io.tmpdir}, the first that can be written.
 */
public final class Natives {
  private static final String ROOM = "dev/wadah/natives/linux-";

  private Natives() {}

  /**
   * The file {@code name}, executable. Safe between threads and processes.
   *
   * @throws IOException if it is nowhere, which is a broken installation, or if no directory for it
   *     can be written
   */
  public static Path file(String name) throws IOException {
    String libexec = System.getProperty("wadah.libexec");
    if (libexec != null) {
      for (String folder : new String[] {"linux-" + architecture(), ""}) {
        Path installed = Path.of(libexec, folder, name).toAbsolutePath();
        if (Files.isRegularFile(installed)) {
          return installed;
        }
      }
    }
    byte[] content = resource(name);
    IOException failure = null;
    for (Path directory : cacheDirectories()) {
      try {
        return extract(content, directory, name);
      } catch (IOException e) {
        if (failure != null) {
          e.addSuppressed(failure);
        }
        failure = e;
      }
    }
    throw new IOException(
        "cannot write %s to a cache directory (%s); set XDG_CACHE_HOME to one that can be written"
            .formatted(name, failure),
        failure);
  }

  /** Loads the JNI library; every class with native methods calls this first. Idempotent. */
  public static void load() {
    Library.load();
  }

  /** Its initialisation is the loading: done once, and seen by all threads. */
  private static final class Library {
    static {
      try {
        System.load(file("libwadah.so").toString());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private Library() {}

    static void load() {}
  }

  /** The processor, as the folders of the natives are named. */
  private static String architecture() {
    String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (architecture) {
      case "amd64", "x86_64" -> "amd64";
      case "aarch64", "arm64" -> "arm64";
      default -> architecture;
    };
  }

  private static byte[] resource(String name) throws IOException {
    String resource = ROOM + architecture() + "/" + name;
    try (InputStream in = Natives.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException(
            "%s is neither in -Dwadah.libexec=%s nor on the class path as %s; Wadah runs on Linux, amd64 or arm64"
                .formatted(name, System.getProperty("wadah.libexec", ""), resource));
      }
      return in.readAllBytes();
    }
  }

  private static Path[] cacheDirectories() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path cache =
        xdg != null && xdg.startsWith("/")
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home"), ".cache");
    String temporary = "wadah-" + System.getProperty("user.name");
    return new Path[] {
      cache.resolve("wadah"), Path.of(System.getProperty("java.io.tmpdir"), temporary)
    };
  }

  private static Path extract(byte[] content, Path directory, String name) throws IOException {
    ownedDirectory(directory);
    CRC32 crc = new CRC32();
    crc.update(content);
    // Length and CRC tell builds apart; the directory's owner is what makes the file trustworthy.
    String keyed = "%s-%x-%08x".formatted(name, content.length, crc.getValue());
    Path file = directory.resolve(keyed);
    if (Files.isExecutable(file) && Files.size(file) == content.length) {
      return file;
    }
    var executable = PosixFilePermissions.fromString("rwxr-xr-x");
    Path temporary = Files.createTempFile(directory, keyed + ".", ".tmp");
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
      Files.setPosixFilePermissions(temporary, executable);
      Files.move(temporary, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return file;
  }

  /** Makes the directory, or refuses one that another user might have planted. */
  private static void ownedDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory.getParent());
      try {
        var priv = PosixFilePermissions.fromString("rwx------");
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(priv));
      } catch (FileAlreadyExistsException e) {
        // Another process made it at the same moment, or it is no directory: checked below.
      }
    }
    Object owner =
        Files.getAttribute(directory, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS);
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!owner.equals(self)) {
      throw new IOException(
          "%s belongs to user %s, not to user %s".formatted(directory, owner, self));
    }
  }
}
