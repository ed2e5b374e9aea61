package dev.wadah.build.context;

import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/** Credentials among the secrets of a build, found by the ids that Docker documents. */
final class SecretValues {
  private final SecretRequest secrets;

  SecretValues(SecretRequest secrets) {
    this.secrets = secrets;
  }

  /** The text of the first secret that is there, without blanks at its ends. */
  Optional<String> first(String... ids) throws IOException {
    for (String id : ids) {
      SecretSource source = secrets.secrets().get(id);
      if (source instanceof SecretSource.File file) {
        return Optional.of(Files.readString(file.path()).strip());
      }
      if (source instanceof SecretSource.Value value) {
        return Optional.of(new String(value.value(), StandardCharsets.UTF_8).strip());
      }
    }
    return Optional.empty();
  }
}
