package dev.wadah.cli.store;

import dev.wadah.oci.Digest;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The least of a registry that commands can be trained with, on loopback and in memory: it keeps
 * what is pushed, gives it back, and asks everybody for a token, as public registries do. Not
 * {@code registry serve}, whose server's classes would be written down as well, and then cost each
 * start of a command that never serves.
 */
final class TrainingRegistry implements Closeable {
  private static final int MAX_LINE = 8192;
  private static final int MAX_BODY = 1 << 20;

  private final ServerSocket server;
  private final Map<String, byte[]> held = new HashMap<>();
  private final Map<String, String> types = new HashMap<>();

  /** A registry that listens at a free port until it is closed. */
  TrainingRegistry() throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "train-registry");
    thread.setDaemon(true);
    thread.start();
  }

  /** As in references. */
  String host() {
    return "localhost:" + server.getLocalPort();
  }

  private void serve() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread thread = new Thread(() -> talk(socket), "train-connection");
        thread.setDaemon(true);
        thread.start();
      } catch (IOException e) {
        // Closed, or a client that went at once: the loop's condition tells.
      }
    }
  }

  private void talk(Socket socket) {
    try (socket;
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream()) {
      while (true) {
        answer(in, out);
      }
    } catch (IOException e) {
      // The client has gone, which is how each conversation ends.
    }
  }

  private void answer(InputStream in, OutputStream out) throws IOException {
    String[] request = line(in).split(" ", -1);
    if (request.length != 3) {
      throw new IOException("no request of HTTP");
    }
    Map<String, String> headers = headers(in);
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = in.readNBytes(Math.min(length, MAX_BODY));
    Answer answer = answer(request[0], request[1], headers, body);
    String head =
        "HTTP/1.1 %d Trained\r\nContent-Length: %d\r\n%s\r\n"
            .formatted(answer.status, answer.body.length, answer.headers);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    if (!request[0].equals("HEAD")) {
      out.write(answer.body);
    }
    out.flush();
  }

  /** Never compared. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Answer(int status, String headers, byte[] body) {
    static Answer of(int status, String headers) {
      return new Answer(status, headers, new byte[0]);
    }
  }

  private synchronized Answer answer(
      String method, String path, Map<String, String> headers, byte[] body) {
    if (path.startsWith("/token")) {
      byte[] token = "{\"token\":\"train\"}".getBytes(StandardCharsets.UTF_8);
      return new Answer(200, "Content-Type: application/json\r\n", token);
    }
    if (!headers.containsKey("authorization")) {
      String realm = "http://" + host() + "/token";
      return Answer.of(
          401, "WWW-Authenticate: Bearer realm=\"%s\",service=\"train\"\r\n".formatted(realm));
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    return switch (method) {
      case "POST" -> Answer.of(202, "Location: " + path.replaceFirst("\\?.*", "") + "1\r\n");
      case "PUT" -> {
        keep(name, headers.getOrDefault("content-type", ""), body);
        yield Answer.of(201, "");
      }
      default -> path.equals("/v2/") ? Answer.of(200, "") : give(name);
    };
  }

  /** Keeps a document by its tag and its digest, a blob by its digest; returns the latter. */
  synchronized Digest keep(String name, String type, byte[] body) {
    Digest digest = Digest.of(body);
    for (String key : new String[] {name, digest.toString()}) {
      held.put(key, body);
      types.put(key, type);
    }
    return digest;
  }

  private Answer give(String name) {
    byte[] body = held.get(name);
    return body == null
        ? Answer.of(404, "")
        : new Answer(200, "Content-Type: " + types.get(name) + "\r\n", body);
  }

  private static Map<String, String> headers(InputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
      }
    }
    return headers;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      // TLS begins with a control character, and whoever speaks it waits for our answer.
      if (c < '\r' || line.size() == MAX_LINE) {
        throw new EOFException("no line of HTTP");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
