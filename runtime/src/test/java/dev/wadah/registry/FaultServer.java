package dev.wadah.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A server on a bare socket that answers as a {@link Scenario} says, down to the byte: it can stop
 * in the middle, trickle, or say what is no HTTP at all.
 */
final class FaultServer implements Closeable {
  private final ServerSocket door;
  private final Map<String, Integer> counts = new HashMap<>();
  private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
  private final byte[] blob;
  private List<Scenario.Answer> answers = List.of();
  private UnaryOperator<String> words = UnaryOperator.identity();

  /** A request, with its headers by lower-case name. */
  record Seen(String request, Map<String, String> headers) {}

  FaultServer(byte[] blob) throws IOException {
    this.blob = blob;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /**
   * Begins to answer.
   *
   * @param placeholders replaces what stands in braces
   */
  void start(List<Scenario.Answer> script, UnaryOperator<String> placeholders) {
    answers = script;
    words = placeholders;
    daemon(this::accept);
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "fault-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket socket = door.accept();
        daemon(() -> serve(socket));
      } catch (IOException e) {
        if (!door.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String first = line(in);
      if (first.isEmpty()) {
        return;
      }
      Map<String, String> headers = new HashMap<>();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      String request = first.substring(0, first.lastIndexOf(' '));
      Scenario.Answer answer = answer(request, headers);
      long length = Long.parseLong(headers.getOrDefault("content-length", "0"));
      int taken = answer.head().contains("@deaf") ? 1000 : (int) length;
      seen.add(new Seen(request, headers));
      in.readNBytes(taken);
      send(answer, headers, socket.getOutputStream());
    } catch (IOException | InterruptedException e) {
      // The client has had enough, which is what many of the scenarios are about.
    }
  }

  private Scenario.Answer answer(String request, Map<String, String> headers) {
    if (request.equals("GET /v2/") && !headers.containsKey("authorization")) {
      return new Scenario.Answer(request, 0, List.of("200"), List.of("{}"));
    }
    String path = request.replaceAll("\\?.*", "");
    synchronized (counts) {
      int number = counts.merge(path, 1, Integer::sum);
      for (Scenario.Answer answer : answers) {
        boolean same = words.apply(answer.request()).equals(path);
        if (same && (answer.number() == 0 || answer.number() == number)) {
          return answer;
        }
      }
    }
    return new Scenario.Answer(request, 0, List.of("404"), List.of("not in the scenario"));
  }

  private void send(Scenario.Answer answer, Map<String, String> request, OutputStream out)
      throws IOException, InterruptedException {
    StringBuilder head = new StringBuilder();
    int from = from(request);
    for (String raw : answer.head()) {
      String line =
          words
              .apply(raw)
              .replace("{from}", Integer.toString(from))
              .replace("{left}", Integer.toString(blob.length - from));
      if (line.equals("@deaf")) {
        continue;
      }
      if (line.startsWith("@")) {
        out.write(head.toString().getBytes(ISO_8859_1));
        order(line, request, out);
        return;
      }
      head.append(head.length() == 0 && line.matches("\\d+") ? "HTTP/1.1 " + line + " X" : line);
      head.append("\r\n");
    }
    boolean sized = head.toString().toLowerCase(Locale.ROOT).contains("content-length");
    boolean orders = answer.body().stream().anyMatch(line -> line.startsWith("@"));
    byte[] text = words.apply(String.join("\n", answer.body())).getBytes(UTF_8);
    if (!sized && !orders && !head.toString().contains("chunked")) {
      head.append("Content-Length: ").append(text.length).append("\r\n");
    }
    head.append("Connection: close\r\n\r\n");
    out.write(head.toString().getBytes(ISO_8859_1));
    if (!orders) {
      out.write(text);
      return;
    }
    for (String line : answer.body()) {
      order(words.apply(line), request, out);
    }
  }

  private void order(String line, Map<String, String> request, OutputStream out)
      throws IOException, InterruptedException {
    String[] order = line.split(" ", -1);
    switch (order[0]) {
      case "@blob" -> {
        int from = number(order, 1, 0);
        out.write(blob, from, number(order, 2, blob.length) - from);
      }
      case "@rest" -> {
        int from = from(request);
        out.write(blob, from, number(order, 1, blob.length - from));
      }
      case "@fill" -> out.write(fill(number(order, 1, 0)));
      case "@endless" -> endless(out);
      case "@trickle" -> trickle(number(order, 1, 100), out);
      case "@silence" -> Thread.sleep(number(order, 1, 60_000));
      case "@die" -> {
        // The socket is closed behind this.
      }
      default -> out.write(line.getBytes(UTF_8));
    }
    out.flush();
  }

  private static int from(Map<String, String> request) {
    String range = request.get("range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
  }

  private static int number(String[] order, int index, int otherwise) {
    return order.length > index ? Integer.parseInt(order[index]) : otherwise;
  }

  private static byte[] fill(int size) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) ' ');
    return bytes;
  }

  /** Chunks until the client goes. */
  private static void endless(OutputStream out) throws IOException {
    byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(ISO_8859_1);
    while (true) {
      out.write(chunk);
    }
  }

  private static void trickle(int pauseMillis, OutputStream out)
      throws IOException, InterruptedException {
    while (true) {
      out.write(' ');
      out.flush();
      Thread.sleep(pauseMillis);
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  String host() {
    return "localhost:" + door.getLocalPort();
  }

  /** The same server by another name, so that a client takes it for another host. */
  String otherHost() {
    return "127.0.0.1:" + door.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
