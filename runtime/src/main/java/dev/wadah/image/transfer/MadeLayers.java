package dev.wadah.image.transfer;

import dev.wadah.content.ContentStore;
import dev.wadah.content.Store;
import dev.wadah.image.RecordFiles;
import dev.wadah.image.transfer.ImageCompression.Form;
import dev.wadah.image.transfer.ImageCompression.Made;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Remembers which blob a layer is in a form: a descriptor in a file for each layer, format and
 * level below {@code images/compressed}. Safe for threads and processes.
 */
final class MadeLayers {
  /** In a record, and only there: the diffID of what is in the blob, as containerd calls it. */
  private static final String DIFF_ID = "containerd.io/uncompressed";

  private final Store store;
  private final ContentStore content;

  MadeLayers(Store store, ContentStore content) {
    this.store = store;
    this.content = content;
  }

  /** What was made of a layer; empty when that never was, or its blob is no longer here. */
  Optional<Made> find(DiffId diffId, Form form) throws IOException {
    Optional<byte[]> record = new RecordFiles(room()).read(record(diffId, form));
    if (record.isEmpty()) {
      return Optional.empty();
    }
    Descriptor descriptor = OciJson.parseDescriptor(record.get());
    if (!content.has(descriptor.digest())) {
      return Optional.empty();
    }
    Map<String, String> annotations = new TreeMap<>(descriptor.annotations());
    String tar = annotations.remove(DIFF_ID);
    DiffId made = tar == null ? diffId : new DiffId(Digest.parse(tar));
    return Optional.of(new Made(descriptor.withAnnotations(annotations), made));
  }

  /** Remembers it, with OCI's media type. */
  void put(DiffId diffId, Form form, Made made) throws IOException {
    Map<String, String> annotations = new TreeMap<>(made.blob().annotations());
    if (!made.diffId().equals(diffId)) {
      annotations.put(DIFF_ID, made.diffId().toString());
    }
    Descriptor record =
        made.blob()
            .withMediaType(MediaTypes.toOciLayer(made.blob().mediaType()))
            .withAnnotations(annotations);
    new RecordFiles(room()).write(record(diffId, form), OciJson.write(record));
  }

  /** Where files are that belong to nothing yet. */
  Path drafts() throws IOException {
    return room().resolve("tmp");
  }

  private Path record(DiffId diffId, Form form) throws IOException {
    String format = form.format().name().toLowerCase(Locale.ROOT);
    String name = "%s-%s-%d".formatted(diffId.digest().hex(), format, form.levelOrUsual());
    return room().resolve("compressed").resolve(name);
  }

  private Path room() throws IOException {
    return store.room("images");
  }
}
