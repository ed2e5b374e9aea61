package dev.wadah.image.archive;

import dev.wadah.image.BlobIntake;
import dev.wadah.image.ImageException;
import dev.wadah.image.StoredBlob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A tar that comes as a stream, such as standard input or a compressed file, read once: large files
 * go to the content store as they come, small ones are held in memory until the manifest says what
 * they are. A large file that turns out not to belong to an image goes with the next prune.
 */
final class StreamedTarFiles implements ArchiveFiles {
  /** Files up to this size are held in memory. */
  static final int MAX_HELD_BYTES = 1 << 20;

  /** What is held at most in all. */
  static final int MAX_HELD_TOTAL_BYTES = 64 << 20;

  private final String name;
  private final BlobIntake intake;
  private final Map<String, byte[]> held = new HashMap<>();
  private final Map<String, StoredBlob> stored = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private long heldBytes;

  StreamedTarFiles(String name, InputStream in, BlobIntake intake) throws IOException {
    this.name = name;
    this.intake = intake;
    int entries = 0;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (++entries > MAX_ENTRIES) {
          throw new ImageException(
              "%s has more than %d entries; no saved image has".formatted(name, MAX_ENTRIES));
        }
        take(e, tar);
      }
    } catch (IllegalArgumentException e) {
      throw new ImageException(name + " is damaged: " + e.getMessage(), e);
    }
  }

  private void take(TarArchiveEntry entry, InputStream tar) throws IOException {
    String file = ArchiveFiles.normalise(entry.getName());
    if (entry.isSymbolicLink()) {
      links.put(file, ArchiveFiles.linkTarget(file, entry.getLinkName()));
    } else if (entry.isLink()) {
      links.put(file, ArchiveFiles.normalise(entry.getLinkName()));
    } else if (entry.isFile()) {
      long size = entry.getSize();
      if (size <= MAX_HELD_BYTES && heldBytes + size <= MAX_HELD_TOTAL_BYTES) {
        byte[] bytes = tar.readNBytes((int) size);
        heldBytes += bytes.length;
        held.put(file, bytes);
      } else {
        stored.put(file, intake.take(tar, name + ": " + file));
      }
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean has(String file) {
    String at = ArchiveFiles.normalise(file);
    return held.containsKey(at) || stored.containsKey(at) || links.containsKey(at);
  }

  @Override
  public byte[] document(String file) throws IOException {
    String at = follow(file);
    byte[] bytes = held.get(at);
    if (bytes == null) {
      throw stored.containsKey(at) ? tooLarge(file, stored.get(at).sizeBytes()) : missing(file);
    }
    return bytes;
  }

  @Override
  public StoredBlob store(String file) throws IOException {
    String at = follow(file);
    if (stored.containsKey(at)) {
      return stored.get(at);
    }
    byte[] bytes = held.get(at);
    if (bytes == null) {
      throw missing(file);
    }
    StoredBlob blob = intake.take(new ByteArrayInputStream(bytes), name + ": " + file);
    stored.put(at, blob);
    return blob;
  }

  private String follow(String file) throws ImageException {
    String at = ArchiveFiles.normalise(file);
    for (int hop = 0; hop < MAX_LINKS; hop++) {
      String next = links.get(at);
      if (next == null) {
        return at;
      }
      at = next;
    }
    throw new ImageException("%s: the links at \"%s\" lead in a circle".formatted(name, file));
  }

  @Override
  public void close() {
    // The stream was read to its end and belongs to the caller.
  }
}
