package dev.wadah.layer.tar;

import dev.wadah.posix.PathBytes;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records of a PAX extended header, {@code LENGTH KEY=VALUE\n} (POSIX pax "pax Extended Header").
 * Values are kept as bytes: names need not be UTF-8, and extended attributes are binary.
 */
final class PaxRecords {
  static final String XATTR = "SCHILY.xattr.";

  private final Map<String, byte[]> records = new HashMap<>();

  /** Adds the records of one header; an empty value takes a record back. */
  void add(byte[] bytes, int length) throws InvalidLayerException {
    int at = 0;
    StringBuilder sparse = new StringBuilder();
    while (at < length) {
      int space = at;
      int size = 0;
      while (space < length && bytes[space] >= '0' && bytes[space] <= '9' && size < 1 << 24) {
        size = size * 10 + (bytes[space++] - '0');
      }
      int end = at + size;
      if (space >= length || bytes[space] != ' ' || end > length || end <= space + 1) {
        throw broken();
      }
      int equals = space + 1;
      while (equals < end && bytes[equals] != '=') {
        equals++;
      }
      if (equals == end || bytes[end - 1] != '\n') {
        throw broken();
      }
      String key = PathBytes.decode(bytes, space + 1, equals - space - 1);
      byte[] value = java.util.Arrays.copyOfRange(bytes, equals + 1, end - 1);
      put(key, value, sparse);
      at = end;
    }
    if (sparse.length() > 0) {
      records.put("GNU.sparse.map", PathBytes.encode(sparse.substring(1)));
    }
  }

  /** Sparse format 0.0 repeats its two keys; together they are the map of format 0.1. */
  private void put(String key, byte[] value, StringBuilder sparse) {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      sparse.append(',').append(PathBytes.decode(value, 0, value.length));
    } else if (value.length == 0) {
      records.remove(key);
    } else {
      records.put(key, value);
    }
  }

  private static InvalidLayerException broken() {
    return new InvalidLayerException("a PAX header is broken");
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  void addAll(PaxRecords other) {
    records.putAll(other.records);
  }

  /** A text record; {@code otherwise} when it is not there. */
  String text(String key, String otherwise) throws InvalidLayerException {
    byte[] value = records.get(key);
    if (value == null) {
      return otherwise;
    }
    for (byte b : value) {
      if (b == 0) {
        throw new InvalidLayerException("the PAX record \"%s\" holds a NUL".formatted(key));
      }
    }
    return PathBytes.decode(value, 0, value.length);
  }

  /** A whole number; {@code otherwise} when it is not there. */
  long number(String key, long otherwise) throws InvalidLayerException {
    String text = text(key, null);
    try {
      return text == null ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidLayerException("the PAX record \"%s\" is no number".formatted(key), e);
    }
  }

  /** Seconds with a fraction, such as {@code -1.25}, as nanoseconds. */
  long nanos(String key, long otherwise) throws InvalidLayerException {
    String text = text(key, null);
    if (text == null) {
      return otherwise;
    }
    try {
      int point = text.indexOf('.');
      long seconds = Long.parseLong(point < 0 ? text : text.substring(0, point));
      long nanos = Math.multiplyExact(seconds, 1_000_000_000L);
      if (point >= 0) {
        String fraction = (text.substring(point + 1) + "000000000").substring(0, 9);
        nanos += text.startsWith("-") ? -Long.parseLong(fraction) : Long.parseLong(fraction);
      }
      return nanos;
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InvalidLayerException("the PAX record \"%s\" is no time".formatted(key), e);
    }
  }

  Map<String, byte[]> xattrs() {
    Map<String, byte[]> xattrs = null;
    for (Map.Entry<String, byte[]> record : records.entrySet()) {
      if (record.getKey().startsWith(XATTR)) {
        xattrs = xattrs == null ? new LinkedHashMap<>() : xattrs;
        xattrs.put(record.getKey().substring(XATTR.length()), record.getValue());
      }
    }
    return xattrs == null ? Map.of() : xattrs;
  }
}
