package dev.wadah.build.exec;

import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one step fetched of its base, which may have been for nothing but a few names (ADR 11): then
 * there is a way without, and the user is told of it. Safe for threads.
 */
final class NameFetches {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

  private final Map<Digest, Long> bytes = new ConcurrentHashMap<>();

  /** Hears that so many bytes of a blob have come. */
  void fetched(Descriptor blob, long done) {
    bytes.put(blob.digest(), done);
  }

  /**
   * How the step can do without what it fetched; empty if that were of no use.
   *
   * @param isUnpacked whether something else needs the base's files anyway
   */
  Optional<byte[]> advice(Vertex vertex, List<VertexResult> inputs, boolean isUnpacked) {
    boolean ofFiles =
        vertex.op() instanceof Op.File file && file.placement() != Op.Placement.LINKED;
    if (bytes.isEmpty() || !ofFiles || isUnpacked || copiesFromImage(inputs)) {
      return Optional.empty();
    }
    long sum = 0;
    for (long done : bytes.values()) {
      sum += done;
    }
    boolean hasFlag = inputs.size() > 1;
    String text =
        "%s of the base were fetched to see what is at the destination; %s--link-copies spares that\n"
            .formatted(size(sum), hasFlag ? "--link here or " : "");
    return Optional.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** What came may then be the files that are copied. */
  private static boolean copiesFromImage(List<VertexResult> inputs) {
    for (VertexResult input : inputs.subList(1, inputs.size())) {
      if (input instanceof VertexResult.Root) {
        return true;
      }
    }
    return false;
  }

  /** As docker writes sizes: three digits, units of a thousand. */
  static String size(long bytes) {
    double rest = bytes;
    int unit = 0;
    while (rest >= 1000 && unit < UNITS.length - 1) {
      rest /= 1000;
      unit++;
    }
    String form = unit == 0 || rest >= 100 ? "%.0f%s" : rest >= 10 ? "%.1f%s" : "%.2f%s";
    return String.format(Locale.ROOT, form, rest, UNITS[unit]);
  }
}
