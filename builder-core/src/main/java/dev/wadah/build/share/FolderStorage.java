package dev.wadah.build.share;

import dev.wadah.content.DigestMismatchException;
import dev.wadah.content.LockFile;
import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An OCI layout in a folder (image-spec image-layout.md), in which the cache is the entry with a
 * tag. Every file appears when it is whole, {@code index.json} last of all; so a process that is
 * killed leaves the old cache.
 */
final class FolderStorage implements CacheStorage {
  /** The annotation that holds the tag. */
  static final String REF_NAME = "org.opencontainers.image.ref.name";

  private static final int MAX_DOCUMENT_BYTES = 8 << 20;
  private static final byte[] LAYOUT =
      "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8);

  private final Place.InFolder place;
  private final LayoutFiles files;

  FolderStorage(Place.InFolder place) {
    this.place = place;
    this.files = new LayoutFiles(place.folder());
  }

  @Override
  public Found read() throws IOException {
    try {
      Optional<Descriptor> entry = entry(index());
      if (entry.isEmpty()) {
        return Found.nothing(
            Files.isDirectory(place.folder())
                ? "its index.json has no entry for it"
                : "there is no such folder");
      }
      return CacheManifest.read(document(entry.get()), new InLayout());
    } catch (NoSuchFileException | DigestMismatchException | IllegalArgumentException e) {
      return new Found(
          Found.Kind.BROKEN, CacheContents.EMPTY, Optional.empty(), "it is broken: " + told(e));
    }
  }

  private static String told(Exception e) {
    return e instanceof NoSuchFileException ? e.getMessage() + " is missing" : e.getMessage();
  }

  private Registry.Document document(Descriptor descriptor) throws IOException {
    return new Registry.Document(descriptor.mediaType(), bytes(descriptor, MAX_DOCUMENT_BYTES));
  }

  private byte[] bytes(Descriptor descriptor, int most) throws IOException {
    byte[] bytes;
    try (InputStream in = open(descriptor)) {
      bytes = in.readNBytes(most + 1);
    }
    Digest actual = Digest.of(bytes);
    if (!actual.equals(descriptor.digest())) {
      throw new DigestMismatchException(place.folder().toString(), descriptor.digest(), actual);
    }
    return bytes;
  }

  /** What a manifest leads to. */
  private final class InLayout implements CacheManifest.Documents {
    @Override
    public Registry.Document manifest(Descriptor descriptor) throws IOException {
      return document(descriptor);
    }

    @Override
    public byte[] config(Descriptor descriptor) throws IOException {
      return bytes(descriptor, CacheManifest.MAX_CONFIG_BYTES);
    }
  }

  /** The layout's index; an empty one where there is none. */
  private Index index() throws IOException {
    Optional<byte[]> bytes = files.read("index.json", MAX_DOCUMENT_BYTES);
    return bytes.isPresent()
        ? OciJson.parseIndex(bytes.get())
        : new Index(MediaTypes.OCI_INDEX, List.of(), Map.of(), Optional.empty(), Optional.empty());
  }

  private Optional<Descriptor> entry(Index index) {
    for (Descriptor entry : index.manifests()) {
      boolean wanted =
          place.digest().isPresent()
              ? entry.digest().equals(place.digest().get())
              : place.tag().equals(entry.annotations().get(REF_NAME));
      if (wanted) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  @Override
  public InputStream open(Descriptor blob) throws IOException {
    Path file = files.blob(blob.digest());
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return Files.newInputStream(file);
  }

  @Override
  public boolean has(Descriptor blob) throws IOException {
    return files.has(blob);
  }

  @Override
  public void put(Descriptor blob, Registry.BlobOpener content) throws IOException {
    if (!files.has(blob)) {
      try (InputStream in = content.open()) {
        files.put(blob, in);
      }
    }
  }

  @Override
  public Optional<Digest> current() throws IOException {
    try {
      return entry(index()).map(Descriptor::digest);
    } catch (IllegalArgumentException e) {
      // A broken index.json is written anew.
      return Optional.empty();
    }
  }

  @Override
  public void publish(Registry.Document manifest) throws IOException {
    Descriptor descriptor = manifest.descriptor();
    put(descriptor, () -> new ByteArrayInputStream(manifest.bytes()));
    if (files.read("oci-layout", MAX_DOCUMENT_BYTES).isEmpty()) {
      files.write("oci-layout", LAYOUT);
    }
    List<Descriptor> entries = new ArrayList<>();
    for (Descriptor entry : others()) {
      if (!place.tag().equals(entry.annotations().get(REF_NAME))) {
        entries.add(entry);
      }
    }
    entries.add(descriptor.withAnnotations(Map.of(REF_NAME, place.tag())));
    Index index =
        new Index(MediaTypes.OCI_INDEX, entries, Map.of(), Optional.empty(), Optional.empty());
    files.write("index.json", OciJson.write(index));
    new LayoutSweep(files).sweep(index);
  }

  private List<Descriptor> others() throws IOException {
    try {
      return index().manifests();
    } catch (IllegalArgumentException e) {
      // What a broken index.json named is lost anyway.
      return List.of();
    }
  }

  @Override
  public Store.Lock lock() throws IOException {
    Files.createDirectories(place.folder());
    return LockFile.take(place.folder().resolve("index.json.lock"));
  }

  @Override
  public boolean isExclusive() {
    return true;
  }
}
