package dev.wadah.image.archive;

import dev.wadah.image.BlobIntake;
import dev.wadah.image.ImageException;
import dev.wadah.image.StoredBlob;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * An uncompressed tar file: its headers are read first, then only what is asked for, so that a
 * layer which is here already is not read at all.
 */
final class TarFiles implements ArchiveFiles {
  private final Path file;
  private final BlobIntake intake;
  private final Map<String, Place> places = new HashMap<>();

  private record Place(long offset, long sizeBytes, String link) {}

  TarFiles(Path file, BlobIntake intake) throws IOException {
    this.file = file;
    this.intake = intake;
    readHeaders();
  }

  private void readHeaders() throws IOException {
    int entries = 0;
    // Not TarFile, which reads all headers before anybody could count them. A stream's entries say
    // where their headers are; right after a header its bytes read are where the data begins.
    try (TarHeaderInput in = new TarHeaderInput(file);
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (++entries > MAX_ENTRIES) {
          throw new ImageException(
              "%s has more than %d entries; no saved image has".formatted(name(), MAX_ENTRIES));
        }
        String name = ArchiveFiles.normalise(e.getName());
        if (e.isSymbolicLink()) {
          places.put(name, new Place(0, 0, ArchiveFiles.linkTarget(name, e.getLinkName())));
        } else if (e.isLink()) {
          places.put(name, new Place(0, 0, ArchiveFiles.normalise(e.getLinkName())));
        } else if (e.isFile() && !e.isSparse()) {
          places.put(name, new Place(tar.getBytesRead(), e.getSize(), ""));
          in.passTo(tar.getBytesRead() + e.getSize());
        }
      }
    } catch (IllegalArgumentException e) {
      throw new ImageException(name() + " is damaged: " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public boolean has(String name) {
    return places.containsKey(ArchiveFiles.normalise(name));
  }

  @Override
  public byte[] document(String name) throws IOException {
    Place place = place(name);
    if (place.sizeBytes > MAX_DOCUMENT_BYTES) {
      throw tooLarge(name, place.sizeBytes);
    }
    try (InputStream in = open(name, place)) {
      return in.readAllBytes();
    }
  }

  @Override
  public StoredBlob store(String name) throws IOException {
    try (InputStream in = open(name, place(name))) {
      return intake.take(in, "%s: %s".formatted(name(), name));
    }
  }

  private Place place(String name) throws ImageException {
    String at = ArchiveFiles.normalise(name);
    for (int hop = 0; hop < MAX_LINKS; hop++) {
      Place place = places.get(at);
      if (place == null) {
        throw missing(name);
      }
      if (place.link.isEmpty()) {
        return place;
      }
      at = place.link;
    }
    throw new ImageException("%s: the links at \"%s\" lead in a circle".formatted(name(), name));
  }

  private InputStream open(String name, Place place) throws IOException {
    FileInputStream in = new FileInputStream(file.toFile());
    try {
      in.skipNBytes(place.offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return new PartInputStream(in, place.sizeBytes, name() + ": " + name);
  }

  @Override
  public void close() {
    // Each file is opened when it is read.
  }
}
