package dev.wadah.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wadah.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** What a build wrote as {@code app:cache} to a registry of ours, as files that can be damaged. */
final class StoredCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  /** In a registry's folder. */
  StoredCache(Path folder) {
    this.folder = folder;
  }

  Path tag() {
    return folder.resolve("repositories/app/_tags/cache");
  }

  private Path blob(String digest) {
    return folder.resolve("blobs/sha256").resolve(digest.substring(7));
  }

  Path manifest() throws IOException {
    return blob(Files.readString(tag()));
  }

  private ObjectNode manifestJson() throws IOException {
    return (ObjectNode) JSON.readTree(Files.readAllBytes(manifest()));
  }

  Path config() throws IOException {
    return blob(manifestJson().get("config").get("digest").asText());
  }

  Path layer(int place) throws IOException {
    return blob(manifestJson().get("layers").get(place).get("digest").asText());
  }

  /** The first half of a file, which may be written now. */
  byte[] cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    writable(file);
    return Arrays.copyOf(bytes, bytes.length / 2);
  }

  /** Changes one bit of a file. */
  void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    writable(file);
    Files.write(file, bytes);
  }

  private static void writable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private String store(byte[] bytes) throws IOException {
    String digest = Digest.of(bytes).toString();
    Files.write(blob(digest), bytes);
    Files.write(folder.resolve("repositories/app/_blobs/" + digest.replace(':', '-')), new byte[0]);
    return digest;
  }

  /** Makes these bytes what the tag names. */
  void retag(byte[] manifest) throws IOException {
    String digest = store(manifest);
    Files.writeString(
        folder.resolve("repositories/app/_manifests/" + digest.replace(':', '-')),
        "application/vnd.oci.image.manifest.v1+json");
    Files.writeString(tag(), digest);
  }

  /** Changes JSON. */
  @FunctionalInterface
  interface Edit {
    void of(ObjectNode json);
  }

  /** Changes the manifest. */
  void editManifest(Edit edit) throws IOException {
    ObjectNode manifest = manifestJson();
    edit.of(manifest);
    retag(JSON.writeValueAsBytes(manifest));
  }

  /** Puts these bytes in the place of the records. */
  void records(byte[] records) throws IOException {
    String digest = store(records);
    editManifest(
        m -> ((ObjectNode) m.get("config")).put("digest", digest).put("size", records.length));
  }

  /** Changes the records. */
  void edit(Edit edit) throws IOException {
    ObjectNode records = (ObjectNode) JSON.readTree(Files.readAllBytes(config()));
    edit.of(records);
    records(JSON.writeValueAsBytes(records));
  }

  /** Changes the first result of the records. */
  void editResult(Edit edit) throws IOException {
    edit(records -> edit.of((ObjectNode) records.get("results").get(0)));
  }

  /** Has a second result for the first one's key. */
  static void doubled(ObjectNode records) {
    ArrayNode results = (ArrayNode) records.get("results");
    results.add(((ObjectNode) results.get(0)).deepCopy().put("created", 1));
  }

  /** Adds diffIDs of no layer. */
  static void crowded(ObjectNode records) {
    ArrayNode diffIds = (ArrayNode) records.get("diffIds");
    for (int i = 0; i < 10; i++) {
      diffIds.add("sha256:" + String.valueOf(i).repeat(64));
    }
  }

  /** Turns the diffIDs round. */
  static void turned(ObjectNode records) {
    ArrayNode diffIds = (ArrayNode) records.get("diffIds");
    List<String> texts = new ArrayList<>();
    diffIds.forEach(d -> texts.add(0, d.asText()));
    diffIds.removeAll();
    texts.forEach(diffIds::add);
    // The results go with their diffIDs, so that only the blobs are others.
    for (var result : records.get("results")) {
      ((ObjectNode) result).put("layer", texts.size() - 1 - result.get("layer").asInt());
    }
  }

  /** Says that the first layer is as large as that. */
  static void huge(ObjectNode manifest) {
    ((ObjectNode) manifest.get("layers").get(0)).put("size", 10_000_000_000L);
  }

  void deleteLayers() throws IOException {
    for (var layer : manifestJson().get("layers")) {
      Files.delete(blob(layer.get("digest").asText()));
    }
  }

  /** Puts a tar in a layer's place that has the diffID that the records say, and climbs. */
  void escape() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String name : List.of("../../../evil", "one/../../../../../evil")) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(4);
        tar.putArchiveEntry(entry);
        tar.write("evil".getBytes(UTF_8));
        tar.closeArchiveEntry();
      }
    }
    String digest = store(bytes.toByteArray());
    edit(records -> ((ArrayNode) records.get("diffIds")).set(0, digest));
    editManifest(
        m ->
            ((ObjectNode) m.get("layers").get(0))
                .put("digest", digest)
                .put("size", bytes.size())
                .put("mediaType", "application/vnd.oci.image.layer.v1.tar"));
  }
}
