package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.AbsoluteIri;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Validates documents against the schemas of the OCI image specification. */
final class OciSchemas {
  private static final Path FOLDER =
      Path.of(System.getProperty("wadah.testdata", "../testdata"))
          .resolve("oci-schemas")
          .toAbsolutePath()
          .normalize();
  private static final String ADDRESS = "https://opencontainers.org/schema/image/";

  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, JsonSchema> schemas = new HashMap<>();
  private final JsonSchemaFactory factory =
      JsonSchemaFactory.getInstance(
          SpecVersion.VersionFlag.V4,
          builder -> builder.schemaMappers(mappers -> mappers.add(OciSchemas::local)));

  /** Every schema is a file here; nothing is fetched. */
  private static AbsoluteIri local(AbsoluteIri address) {
    String text = address.toString();
    String file = text.substring(text.lastIndexOf('/') + 1);
    return file.endsWith(".json")
        ? AbsoluteIri.of(FOLDER.resolve(file).toUri().toString())
        : address;
  }

  /** What is wrong with a document. */
  List<String> faults(String schema, byte[] document) throws IOException {
    JsonSchema validator =
        schemas.computeIfAbsent(
            schema, name -> factory.getSchema(SchemaLocation.of(ADDRESS + name + ".json")));
    return validator.validate(json.readTree(document)).stream().map(Object::toString).toList();
  }

  /**
   * Validates every JSON document among files, which is told by what it states or holds.
   *
   * @return how many documents of each schema there were
   */
  Map<String, Integer> validate(Map<String, byte[]> files) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] bytes = file.getValue();
      if (bytes.length == 0 || bytes[0] != '{') {
        continue;
      }
      String schema = schema(json.readTree(bytes));
      if (!schema.isEmpty()) {
        assertThat(faults(schema, bytes)).as("%s as %s", file.getKey(), schema).isEmpty();
        counts.merge(schema, 1, Integer::sum);
      }
    }
    return counts;
  }

  private static String schema(JsonNode document) {
    if (document.has("imageLayoutVersion")) {
      return "image-layout-schema";
    }
    if (document.has("rootfs")) {
      return "config-schema";
    }
    if (document.has("manifests")) {
      return "image-index-schema";
    }
    return document.has("layers") && document.has("config") ? "image-manifest-schema" : "";
  }

  /** All files of a folder. */
  static Map<String, byte[]> folder(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** All files of a tar. */
  static Map<String, byte[]> tar(byte[] archive) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        if (e.isFile()) {
          files.put(e.getName(), tar.readAllBytes());
        }
      }
    }
    return files;
  }
}
