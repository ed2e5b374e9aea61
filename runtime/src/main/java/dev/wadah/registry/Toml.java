package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Path;

/** Reads files of settings (toml.io, version 1.0). */
final class Toml {
  private Toml() {}

  /**
   * What a file says.
   *
   * @param file what messages call it
   * @throws RegistryException with file and line if it is no TOML
   */
  static JsonNode read(byte[] bytes, Path file) throws IOException {
    try {
      return new TomlMapper().readTree(bytes);
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new RegistryException("%s:%d: %s".formatted(file, line, e.getOriginalMessage()), e);
    }
  }
}
