package dev.wadah.image;

import dev.wadah.content.Store;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.OciJson;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Images by id: {@code images/ids/HEX} holds the manifest's descriptor; an image stays as long as
 * its record, with a name or without. {@code images/sources/HEX} lists, by manifest digest, the
 * repositories that a manifest was pulled from, so that its layers can be fetched later.
 */
final class ImageIds {
  private final Store store;

  ImageIds(Store store) {
    this.store = store;
  }

  void put(Digest id, Descriptor manifest) throws IOException {
    files().write(ids().resolve(id.hex()), OciJson.write(manifest));
    renew(id);
  }

  /** The file of an id. */
  Path record(Digest id) throws IOException {
    return ids().resolve(id.hex());
  }

  /** Says that the image is used now: those without a name go by last use. */
  void renew(Digest id) throws IOException {
    String file = ids().resolve(id.hex()).toString();
    FileStatus status = FileStatus.of(file);
    if (status != null) {
      store.leases().renew(file, status.mtimeNanos());
    }
  }

  Optional<Descriptor> get(Digest id) throws IOException {
    Path record = record(id);
    Optional<byte[]> bytes = files().read(record);
    try {
      return bytes.map(OciJson::parseDescriptor);
    } catch (IllegalArgumentException e) {
      if (ImageNames.isDoubtful(store, record)) {
        Files.deleteIfExists(record);
        return Optional.empty();
      }
      throw new ImageException(
          "the record %s of an image is damaged: %s; remove it, then load or pull the image again"
              .formatted(record, e.getMessage()),
          e);
    }
  }

  boolean remove(Digest id) throws IOException {
    return files().delete(ids().resolve(id.hex()), ids());
  }

  /** All ids with their manifests. */
  Map<Digest, Descriptor> all() throws IOException {
    Map<Digest, Descriptor> all = new TreeMap<>();
    for (String hex : hexes()) {
      Digest id = new Digest("sha256", hex);
      get(id).ifPresent(manifest -> all.put(id, manifest));
    }
    return all;
  }

  /** The ids that begin with these hexadecimal digits. */
  List<Digest> startingWith(String prefix) throws IOException {
    List<Digest> found = new ArrayList<>();
    for (String hex : hexes()) {
      if (hex.startsWith(prefix)) {
        found.add(new Digest("sha256", hex));
      }
    }
    return found;
  }

  /** Every id that has a record here, also a damaged one. */
  List<Digest> written() throws IOException {
    return startingWith("");
  }

  private List<String> hexes() throws IOException {
    if (!Files.isDirectory(ids())) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(ids())) {
      return entries
          .map(file -> file.getFileName().toString())
          .filter(name -> name.length() == 64 && Digest.isLowerHex(name))
          .toList();
    }
  }

  /** Remembers that a manifest can be had from this repository. */
  void addSource(Digest manifest, ImageReference repository) throws IOException {
    Set<String> known = new LinkedHashSet<>(sources(manifest));
    if (known.add(repository.repository())) {
      byte[] text = String.join("\n", known).getBytes(StandardCharsets.UTF_8);
      files().write(sourceFile(manifest), text);
    }
  }

  /** The repositories that a manifest was pulled from, oldest first. */
  List<String> sources(Digest manifest) throws IOException {
    return files()
        .read(sourceFile(manifest))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8).lines().toList())
        .orElse(List.of());
  }

  void removeSources(Digest manifest) throws IOException {
    Files.deleteIfExists(sourceFile(manifest));
  }

  private Path sourceFile(Digest manifest) throws IOException {
    return store.room("images").resolve("sources").resolve(manifest.hex());
  }

  private RecordFiles files() throws IOException {
    return new RecordFiles(store.room("images"));
  }

  private Path ids() throws IOException {
    return store.room("images").resolve("ids");
  }
}
