package dev.wadah.registry.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** One request and its reply, in the words of the registry's parts. */
final class Exchange {
  private static final int BUFFER_BYTES = 256 << 10;
  static final JsonFactory JSON = new JsonFactory();

  private final Request request;
  private final Response response;

  Exchange(Request request, Response response) {
    this.request = request;
    this.response = response;
  }

  String method() {
    return request.getMethod();
  }

  boolean isRead() {
    return method().equals("GET") || method().equals("HEAD");
  }

  InputStream body() {
    return Content.Source.asInputStream(request);
  }

  Optional<String> requestHeader(String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }

  /** A query parameter, decoded. */
  Optional<String> query(String name) throws Fault {
    String query = request.getHttpURI().getQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).equals(name)) {
        try {
          return Optional.of(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          throw new Fault(400, "UNSUPPORTED", "a query that cannot be decoded");
        }
      }
    }
    return Optional.empty();
  }

  Exchange header(String name, String value) {
    response.getHeaders().put(name, value);
    return this;
  }

  /** A reply without a body. */
  void reply(int status) {
    response.setStatus(status);
    if (status != 204) {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    }
  }

  /** A reply with a small body; of a HEAD only its headers are sent. */
  void reply(int status, String contentType, byte[] body) throws IOException {
    header("Content-Type", contentType);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    if (!method().equals("HEAD")) {
      Content.Sink.write(response, true, ByteBuffer.wrap(body));
    }
  }

  /**
   * A reply with a blob, or with the part of it that {@code Range} asks for.
   *
   * @throws Fault if the file has gone meanwhile, or the range is none
   */
  void replyFile(Path file, Object digest) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = in.size();
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
      response.setStatus(range.isPresent() ? 206 : 200);
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
      if (!method().equals("HEAD")) {
        copy(in, from, length);
      }
    } catch (NoSuchFileException e) {
      throw Fault.unknownBlob(digest);
    }
  }

  private void copy(FileChannel in, long from, long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER_BYTES, length));
    long at = from;
    long end = from + length;
    while (at < end) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      int n = in.read(buffer, at);
      if (n < 0) {
        throw new IOException("a blob has become shorter while it was sent");
      }
      at += n;
      Content.Sink.write(response, at == end, buffer.flip());
    }
  }

  /** An error's reply; what the request still sends is not read. */
  void reply(Fault fault) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator((OutputStream) body)) {
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
}
