package dev.wadah.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request to a registry.
 *
 * @param method GET, HEAD, POST, PATCH, PUT or DELETE
 * @param rest the address below the repository, such as {@code /tags/list}; or a whole one
 * @param headers to send
 * @param body what is sent; may be sent again
 * @param scope what a token must allow
 * @param secret what of the body must never be shown
 */
record Call(
    String method,
    String rest,
    Map<String, String> headers,
    Body body,
    Scope scope,
    Optional<String> secret) {
  Call {
    headers = new TreeMap<>(headers);
  }

  static Call of(String method, String rest, Scope scope) {
    return new Call(method, rest, Map.of(), Body.NONE, scope, Optional.empty());
  }

  /**
   * Whether this sends bytes into an upload session. Its session may have kept some of them when it
   * fails, and would add all of them once more: the whole upload begins again instead.
   */
  boolean isUpload() {
    return body.sizeBytes() > 0 && rest.startsWith("http");
  }

  boolean isRead() {
    return method.equals("GET") || method.equals("HEAD");
  }

  Call withHeader(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new Call(method, rest, more, body, scope, secret);
  }

  Call withBody(Body newBody) {
    return new Call(method, rest, headers, newBody, scope, secret);
  }

  Call withSecret(String text) {
    return new Call(method, rest, headers, body, scope, Optional.of(text));
  }

  /**
   * Bytes to send.
   *
   * @param sizeBytes -1 for none at all
   */
  record Body(long sizeBytes, Registry.BlobOpener content) {
    static final Body NONE = new Body(-1, InputStream::nullInputStream);
    static final Body EMPTY = new Body(0, InputStream::nullInputStream);

    /** For the JDK's client; {@code sending} sees what it takes. */
    HttpRequest.BodyPublisher publisher(Sending sending) {
      if (sizeBytes < 0) {
        return HttpRequest.BodyPublishers.noBody();
      }
      if (sizeBytes == 0) {
        return HttpRequest.BodyPublishers.ofByteArray(new byte[0]);
      }
      return new UploadPublisher(this, sending);
    }
  }

  /** A body on its way: when its last bytes were taken. */
  static final class Sending implements AutoCloseable {
    private volatile long lastNanos = System.nanoTime();
    private volatile InputStream opened;

    /** The time of {@link System#nanoTime} at which something went out, or the sending began. */
    long lastNanos() {
      return lastNanos;
    }

    InputStream open(Registry.BlobOpener content) throws IOException {
      opened = new Watched(content.open());
      return opened;
    }

    /** The JDK's client closes what it has read to the end, and nothing else. */
    @Override
    public void close() throws IOException {
      InputStream in = opened;
      if (in != null) {
        in.close();
      }
    }

    /** Notes when it is read. */
    private final class Watched extends FilterInputStream {
      Watched(InputStream in) {
        super(in);
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = in.read(buffer, offset, length);
        lastNanos = System.nanoTime();
        return n;
      }
    }
  }
}
