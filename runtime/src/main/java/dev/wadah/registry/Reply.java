package dev.wadah.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** What a registry answered; its body has not been read yet. */
final class Reply implements Closeable {
  static final String HTML = "an HTML page, so this may be no registry, or a proxy's login page";

  /** How much of an error's body is read. */
  private static final int MAX_ERROR_BYTES = 64 << 10;

  /** How much of an error's body that is no JSON is shown. */
  private static final int MAX_SHOWN_CHARACTERS = 200;

  private static final JsonFactory FACTORY = new JsonFactory();

  private final String method;
  private final HttpResponse<InputStream> response;
  private final List<String> secrets;
  private byte[] held;

  /**
   * A reply.
   *
   * @param authorization what the request carried; never shown, even when the registry repeats it
   * @param sent a secret within the request's body; treated alike
   */
  Reply(
      String method,
      HttpResponse<InputStream> response,
      Optional<String> authorization,
      Optional<String> sent) {
    this.method = method;
    this.response = response;
    this.secrets = secrets(authorization, sent);
  }

  private static List<String> secrets(Optional<String> authorization, Optional<String> sent) {
    if (authorization.isEmpty()) {
      return sent.map(List::of).orElse(List.of());
    }
    String value = authorization.get().substring(authorization.get().indexOf(' ') + 1);
    if (!authorization.get().startsWith("Basic ")) {
      return List.of(value);
    }
    String text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    String password = text.substring(text.indexOf(':') + 1);
    return password.isEmpty() ? List.of(value) : List.of(value, password);
  }

  int status() {
    return response.statusCode();
  }

  boolean isSuccess() {
    return status() >= 200 && status() < 300;
  }

  Optional<String> header(String name) {
    return response.headers().firstValue(name);
  }

  List<String> headers(String name) {
    return response.headers().allValues(name);
  }

  URI uri() {
    return response.uri();
  }

  InputStream body() {
    // A proxy that refuses a tunnel sends a status, and the JDK passes no body on.
    InputStream body = response.body();
    return body == null ? InputStream.nullInputStream() : body;
  }

  /** The length that the reply claims; -1 when it claims none, or nonsense. */
  long contentLength() {
    try {
      return header("Content-Length").map(Long::parseLong).orElse(-1L);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Reads the whole body, at most {@code limit} bytes; one byte more means that it was longer. */
  byte[] bytes(int limit) throws IOException {
    if (held != null) {
      return held;
    }
    try (InputStream in = body()) {
      return in.readNBytes(limit + 1);
    }
  }

  /**
   * Takes the body into memory, so that {@link #bytes} gives it later. One that is longer than
   * {@code limit} is left, if it says so.
   */
  void hold(int limit) throws IOException {
    if (contentLength() <= limit) {
      held = bytes(limit);
    }
  }

  /**
   * Refuses a page for people. The login page of a hotel's network says 200 to everything.
   *
   * @throws RegistryException if this is one
   */
  void requireNoPage() throws RegistryException {
    if (header("Content-Type").orElse("").startsWith("text/html")) {
      throw new RegistryException("%s sends %s".formatted(shown(uri()), HTML), null);
    }
  }

  /** What to throw when the status is none of those that were hoped for; reads the body. */
  RegistryException unexpected() {
    return new RegistryException(describe() + hint(), status(), null);
  }

  private String hint() {
    if (status() == 407) {
      return "; the proxy wants other credentials";
    }
    if (status() == 413) {
      return "; it, or a proxy before it, takes no requests of this size";
    }
    // Go's servers and nginx say so to plain http at a port of TLS, and no more than that to HEAD.
    boolean wantsTls =
        status() == 400
            && "http".equals(uri().getScheme())
            && !header("Content-Type").orElse("").contains("json");
    return wantsTls ? "; it may want https: leave out \"http = true\" in registries.toml" : "";
  }

  /** Request and reply in one line, such as {@code GET https://host/... gave 404: unknown tag}. */
  String describe() {
    String what = "%s %s gave %d".formatted(method, shown(uri()), status());
    String detail = detail();
    for (String secret : secrets) {
      detail = detail.replace(secret, "***");
    }
    return detail.isEmpty() ? what : what + ": " + detail;
  }

  /** An address without user information and query, which may hold signatures and tokens. */
  static String shown(URI uri) {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
  }

  private String detail() {
    byte[] bytes;
    try {
      bytes = bytes(MAX_ERROR_BYTES);
    } catch (IOException e) {
      return "and its body could not be read";
    }
    if (bytes.length == 0) {
      return "";
    }
    String type = header("Content-Type").orElse("");
    if (type.startsWith("text/html") || (bytes[0] == '<')) {
      return status() == 413 ? "an HTML page" : HTML;
    }
    String errors = errors(bytes);
    return errors.isEmpty() ? plain(bytes) : errors;
  }

  private static String plain(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8).strip();
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_SHOWN_CHARACTERS); i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) ? ' ' : c);
    }
    return shown.toString();
  }

  /** The codes and messages of distribution-spec "Error Codes"; empty when it is something else. */
  private static String errors(byte[] json) {
    StringBuilder text = new StringBuilder();
    try (JsonParser parser = FACTORY.createParser(json)) {
      while (parser.nextToken() != null) {
        String name = parser.currentName();
        boolean telling =
            parser.currentToken() == JsonToken.VALUE_STRING
                && ("code".equals(name) || "message".equals(name));
        if (telling && !parser.getText().isEmpty()) {
          String glue = text.length() == 0 ? "" : name.equals("code") ? "; " : ": ";
          text.append(glue).append(parser.getText());
        }
      }
    } catch (JsonProcessingException e) {
      return "";
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory failed", e);
    }
    return plain(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    body().close();
  }
}
