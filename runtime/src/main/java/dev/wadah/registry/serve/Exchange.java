package dev.wadah.registry.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** One request and its reply, in the words of the registry's parts. */
final class Exchange {
  private static final int BUFFER_BYTES = 256 << 10;
  static final JsonFactory JSON = new JsonFactory();

  private final HttpExchange http;

  Exchange(HttpExchange http) {
    this.http = http;
  }

  String method() {
    return http.getRequestMethod();
  }

  boolean isRead() {
    return method().equals("GET") || method().equals("HEAD");
  }

  InputStream body() {
    return http.getRequestBody();
  }

  Optional<String> requestHeader(String name) {
    return Optional.ofNullable(http.getRequestHeaders().getFirst(name));
  }

  /** A query parameter, decoded. */
  Optional<String> query(String name) {
    String query = http.getRequestURI().getRawQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).equals(name)) {
        return Optional.of(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return Optional.empty();
  }

  Exchange header(String name, String value) {
    http.getResponseHeaders().set(name, value);
    return this;
  }

  /** A reply without a body. */
  void reply(int status) throws IOException {
    http.sendResponseHeaders(status, -1);
  }

  /** A reply with a small body; of a HEAD only its headers are sent. */
  void reply(int status, String contentType, byte[] body) throws IOException {
    header("Content-Type", contentType);
    if (method().equals("HEAD")) {
      header("Content-Length", Integer.toString(body.length));
      http.sendResponseHeaders(status, -1);
      return;
    }
    http.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (OutputStream out = http.getResponseBody()) {
      out.write(body);
    }
  }

  /** A reply with a file, or with the part of it that {@code Range} asks for. */
  void replyFile(Path file) throws IOException {
    long size = Files.size(file);
    header("Content-Type", "application/octet-stream");
    header("Accept-Ranges", "bytes");
    Optional<ByteRange> range = requestHeader("Range").flatMap(text -> ByteRange.of(text, size));
    if (range.isPresent() && range.get().isEmpty()) {
      header("Content-Range", "bytes */" + size);
      throw new Fault(416, "RANGE_INVALID", "the blob has " + size + " bytes");
    }
    long from = range.map(ByteRange::from).orElse(0L);
    long length = range.map(ByteRange::length).orElse(size);
    if (range.isPresent()) {
      header("Content-Range", "bytes %d-%d/%d".formatted(from, from + length - 1, size));
    }
    int status = range.isPresent() ? 206 : 200;
    if (method().equals("HEAD")) {
      header("Content-Length", Long.toString(length));
      http.sendResponseHeaders(status, -1);
      return;
    }
    http.sendResponseHeaders(status, length == 0 ? -1 : length);
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = http.getResponseBody()) {
      in.skipNBytes(from);
      copy(in, out, length);
    }
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        return;
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  /** An error's reply. */
  void reply(Fault fault) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      json.writeStartObject();
      json.writeArrayFieldStart("errors");
      json.writeStartObject();
      json.writeStringField("code", fault.code());
      json.writeStringField("message", fault.getMessage());
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }
    reply(fault.status(), "application/json", body.toByteArray());
  }

  /**
   * A range of bytes (RFC 9110 section 14.1.2).
   *
   * @param from the first
   * @param length 0 when it cannot be satisfied
   */
  record ByteRange(long from, long length) {
    boolean isEmpty() {
      return length <= 0;
    }

    /** Empty for what is no single range; then all is sent. */
    static Optional<ByteRange> of(String text, long size) {
      int dash = text.indexOf('-');
      if (!text.startsWith("bytes=") || dash < 0 || text.indexOf(',') >= 0) {
        return Optional.empty();
      }
      String first = text.substring(6, dash).strip();
      String last = text.substring(dash + 1).strip();
      try {
        if (first.isEmpty()) {
          long length = Math.min(size, Long.parseLong(last));
          return Optional.of(new ByteRange(size - length, length));
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
        return Optional.of(new ByteRange(from, to - from + 1));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }
}
