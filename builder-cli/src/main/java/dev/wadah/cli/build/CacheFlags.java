package dev.wadah.cli.build;

import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.cli.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code --cache-from} and {@code --cache-to}, as buildx reads them. */
final class CacheFlags {
  private CacheFlags() {}

  /**
   * All values of one flag. A value without any {@code =} is a list of references.
   *
   * @param flag for messages
   */
  static List<SharedCache> parse(String flag, List<String> values) throws UsageException {
    List<SharedCache> caches = new ArrayList<>();
    for (String value : values) {
      List<String> fields = Csv.fields(flag, value);
      if (fields.stream().noneMatch(field -> field.contains("="))) {
        for (String reference : fields) {
          caches.add(registry(flag, reference.strip()));
        }
      } else {
        caches.add(typed(flag, value));
      }
    }
    return caches;
  }

  private static SharedCache registry(String flag, String reference) throws UsageException {
    if (reference.isEmpty()) {
      throw new UsageException(
          flag + " is empty", "", "write %s type=registry,ref=NAME".formatted(flag));
    }
    return new SharedCache("registry", Map.of("ref", reference));
  }

  private static SharedCache typed(String flag, String value) throws UsageException {
    Map<String, String> attributes = Csv.pairs(flag, value);
    String type = attributes.remove("type");
    if (type == null || type.isEmpty()) {
      throw new UsageException(
          "%s \"%s\" has no type".formatted(flag, value),
          "",
          "add type=registry, type=local or type=inline");
    }
    return new SharedCache(type, attributes);
  }
}
