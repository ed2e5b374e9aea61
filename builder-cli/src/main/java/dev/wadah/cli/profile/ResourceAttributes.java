package dev.wadah.cli.profile;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What OTEL_RESOURCE_ATTRIBUTES says of whatever is traced. */
final class ResourceAttributes {
  private ResourceAttributes() {}

  /**
   * Reads {@code key=value,key=value}, both percent-encoded (OpenTelemetry's "Resource SDK",
   * "Specifying resource information via an environment variable"; its library takes a wrong escape
   * for text, and leaves keys encoded).
   *
   * @throws IllegalArgumentException that says what is wrong; then nothing of it counts
   */
  static Map<String, String> parse(String text) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (!pair.isBlank()) { // a comma at the end
        if (equals < 0 || pair.substring(0, equals).isBlank()) {
          throw new IllegalArgumentException("\"%s\" is not key=value".formatted(pair.strip()));
        }
        attributes.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return attributes;
  }

  private static String decoded(String text) {
    try {
      // A plus is a plus here, and a blank in forms.
      return URLDecoder.decode(text.strip().replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"%s\" has a %% that is not before two hexadecimal digits".formatted(text.strip()), e);
    }
  }
}
