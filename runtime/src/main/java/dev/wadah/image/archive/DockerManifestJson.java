package dev.wadah.image.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/** Writes a docker archive's {@code manifest.json}. */
final class DockerManifestJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private DockerManifestJson() {}

  static byte[] write(List<DockerManifest> manifests) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
      out.writeStartArray();
      for (DockerManifest manifest : manifests) {
        out.writeStartObject();
        out.writeStringField("Config", manifest.config());
        if (manifest.repoTags().isEmpty()) {
          out.writeNullField("RepoTags");
        } else {
          texts(out, "RepoTags", manifest.repoTags());
        }
        texts(out, "Layers", manifest.layers());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
    return bytes.toByteArray();
  }

  private static void texts(JsonGenerator out, String name, List<String> texts) throws IOException {
    out.writeArrayFieldStart(name);
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }
}
