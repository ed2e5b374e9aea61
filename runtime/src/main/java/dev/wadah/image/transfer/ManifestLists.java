package dev.wadah.image.transfer;

import dev.wadah.content.Store;
import dev.wadah.image.ImageException;
import dev.wadah.image.RecordFiles;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Index;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The lists that {@code wadah manifest create} makes and {@code push} sends: one file for each,
 * {@code images/lists/DOMAIN/PATH/:TAG}, an index whose entries say in an annotation where they
 * come from.
 */
public final class ManifestLists {
  private static final String SOURCE = "dev.wadah.source";

  private final Store store;

  public ManifestLists(Store store) {
    this.store = store;
  }

  /**
   * The entries of a list, sorted by their sources as docker has them; empty when there is none.
   */
  public Optional<List<JoinEntry>> find(ImageReference name) throws IOException {
    Optional<byte[]> bytes = files().read(file(name));
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<JoinEntry> entries = new ArrayList<>();
      for (Descriptor written : OciJson.parseIndex(bytes.get()).manifests()) {
        Map<String, String> annotations = new TreeMap<>(written.annotations());
        String source = annotations.remove(SOURCE);
        entries.add(
            new JoinEntry(
                written.withAnnotations(annotations),
                ImageReference.parse(source == null ? "" : source)));
      }
      return Optional.of(entries);
    } catch (IllegalArgumentException e) {
      throw new ImageException(
          "the manifest list %s is damaged: %s; remove it with wadah manifest rm"
              .formatted(name.familiar(), e.getMessage()),
          e);
    }
  }

  /** Writes a list; an entry replaces an earlier one of the same source. */
  public void put(ImageReference name, List<JoinEntry> entries) throws IOException {
    Map<String, Descriptor> sorted = new TreeMap<>();
    for (JoinEntry entry : entries) {
      Map<String, String> annotations = new TreeMap<>(entry.descriptor().annotations());
      annotations.put(SOURCE, entry.source().toString());
      sorted.put(entry.source().toString(), entry.descriptor().withAnnotations(annotations));
    }
    Index index =
        new Index(
            MediaTypes.OCI_INDEX,
            List.copyOf(sorted.values()),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    files().write(file(name), OciJson.write(index));
  }

  /** Removes a list; true if it was there. */
  public boolean remove(ImageReference name) throws IOException {
    return files().delete(file(name), top());
  }

  private Path file(ImageReference name) throws IOException {
    return top().resolve(name.repository()).resolve(":" + name.tag().orElse("latest"));
  }

  private Path top() throws IOException {
    return store.room("images").resolve("lists");
  }

  private RecordFiles files() throws IOException {
    return new RecordFiles(store.room("images"));
  }
}
