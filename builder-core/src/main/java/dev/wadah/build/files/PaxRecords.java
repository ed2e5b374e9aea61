package dev.wadah.build.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** The records of a PAX extended header: {@code length key=value\n} (pax(1), "ustar extended"). */
final class PaxRecords {
  /** Where the ranges of a sparse file of format 0.0, which repeat their keys, are gathered. */
  static final String SPARSE_RANGES = "GNU.sparse.map";

  private PaxRecords() {}

  /** Adds the records to a map. */
  static void parse(byte[] bytes, Map<String, byte[]> records) throws IOException {
    int at = 0;
    while (at < bytes.length && bytes[at] != 0) {
      int blank = indexOf(bytes, ' ', at, bytes.length);
      if (blank < 0 || blank - at > 10) {
        throw malformed();
      }
      long length =
          TarNumbers.decimal(new String(bytes, at, blank - at, StandardCharsets.US_ASCII));
      if (length < blank - at + 3 || at + length > bytes.length) {
        throw malformed();
      }
      int end = at + (int) length - 1;
      int equals = indexOf(bytes, '=', blank + 1, end);
      if (equals < 0 || bytes[end] != '\n') {
        throw malformed();
      }
      String key = new String(bytes, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
      put(records, key, Arrays.copyOfRange(bytes, equals + 1, end));
      at = end + 1;
    }
  }

  private static void put(Map<String, byte[]> records, String key, byte[] value) {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      byte[] known = records.get(SPARSE_RANGES);
      String ranges = known == null ? "" : text(known) + ",";
      records.put(SPARSE_RANGES, (ranges + text(value)).getBytes(StandardCharsets.US_ASCII));
    } else {
      records.put(key, value);
    }
  }

  static String text(byte[] value) {
    return new String(value, StandardCharsets.UTF_8);
  }

  private static int indexOf(byte[] bytes, char wanted, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static IOException malformed() {
    return new IOException("the extended header of an entry is malformed");
  }
}
