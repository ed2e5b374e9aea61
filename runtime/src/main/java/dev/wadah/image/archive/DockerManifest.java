package dev.wadah.image.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.wadah.image.ImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An element of {@code manifest.json} in a docker archive (moby, image/spec).
 *
 * @param config the config's file
 * @param repoTags full or familiar names
 * @param layers the layers' files, lowest first
 */
record DockerManifest(String config, List<String> repoTags, List<String> layers) {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** Parses a whole {@code manifest.json}. */
  static List<DockerManifest> parseAll(byte[] json, String archive) throws IOException {
    List<DockerManifest> all = new ArrayList<>();
    try (JsonParser parser = FACTORY.createParser(json)) {
      require(parser.nextToken() == JsonToken.START_ARRAY, archive, "it is no array");
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        require(parser.currentToken() == JsonToken.START_OBJECT, archive, "it has no objects");
        all.add(parse(parser, archive));
      }
    } catch (JsonProcessingException e) {
      throw new ImageException(
          "%s: its manifest.json is broken: %s".formatted(archive, e.getOriginalMessage()), e);
    }
    return all;
  }

  private static DockerManifest parse(JsonParser parser, String archive) throws IOException {
    String config = "";
    List<String> repoTags = List.of();
    List<String> layers = List.of();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      switch (name) {
        case "Config" -> config = parser.getText();
        case "RepoTags" -> repoTags = texts(parser, archive);
        case "Layers" -> layers = texts(parser, archive);
        default -> parser.skipChildren();
      }
    }
    require(!config.isEmpty(), archive, "an image has no \"Config\"");
    return new DockerManifest(config, repoTags, layers);
  }

  private static List<String> texts(JsonParser parser, String archive) throws IOException {
    List<String> texts = new ArrayList<>();
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return texts;
    }
    require(parser.currentToken() == JsonToken.START_ARRAY, archive, "a list is missing");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser.currentToken() == JsonToken.VALUE_STRING, archive, "a name is no string");
      texts.add(parser.getText());
    }
    return texts;
  }

  private static void require(boolean held, String archive, String fault) throws ImageException {
    if (!held) {
      throw new ImageException("%s: its manifest.json is broken: %s".formatted(archive, fault));
    }
  }
}
