package dev.wadah.registry.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a registry that is being stopped says to the requests that it is answering. */
@Timeout(120)
class RegistryStopTest {
  private static final int REQUESTS = 40;

  @TempDir Path folder;

  /**
   * Of each request either the connection breaks or it is told to come back; which of the two is a
   * race between the thread that answers and the one that closes, which about one in ten answers
   * wins. So the registry is stopped until an answer was seen.
   */
  @Test
  void tellsAnUploadUnderWayToAskAgainLaterWhenItIsStopped() throws Exception {
    List<String> answers = new ArrayList<>();
    while (answers.isEmpty()) {
      for (String reply : stopWithUploadsUnderWay()) {
        if (!reply.isEmpty()) {
          answers.add(reply);
        }
      }
    }
    assertThat(answers)
        .allSatisfy(
            answer ->
                assertThat(answer)
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith(
                        "{\"errors\":[{\"code\":\"UNAVAILABLE\","
                            + "\"message\":\"the registry is being stopped\"}]}"));
  }

  @Test
  void refusesWhatIsNoRequestOfARegistryAsTheFaultOfTheClientWhileItRuns() throws Exception {
    try (RegistryServer registry = start();
        Socket client = connect(registry)) {
      send(client, "GET /v2/%2e%2e/ HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
      assertThat(rest(client))
          .startsWith("HTTP/1.1 400 ")
          .endsWith(
              "{\"errors\":[{\"code\":\"UNSUPPORTED\","
                  + "\"message\":\"this request cannot be answered\"}]}");
    }
  }

  private RegistryServer start() throws IOException {
    return RegistryServer.start(folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static Socket connect(RegistryServer registry) throws IOException {
    return new Socket(registry.address().getAddress(), registry.address().getPort());
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** All that still comes; empty if the connection was cut off. */
  private static String rest(Socket client) throws IOException {
    try {
      return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (SocketException e) {
      // Reset: the registry closed while bytes of this client had not been read.
      return "";
    }
  }

  /** Stops a registry that waits for the second byte of many uploads; returns what each is told. */
  private List<String> stopWithUploadsUnderWay() throws Exception {
    Storage storage = new Storage(folder);
    Uploads uploads = new Uploads(storage);
    List<Socket> clients = new ArrayList<>();
    List<Path> sessions = new ArrayList<>();
    try (RegistryServer registry = start()) {
      for (int i = 0; i < REQUESTS; i++) {
        String id = uploads.begin("app");
        sessions.add(storage.uploads("app").resolve(id));
        Socket client = connect(registry);
        clients.add(client);
        send(
            client,
            "PATCH /v2/app/blobs/uploads/%s HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\na"
                .formatted(id));
      }
      for (Path session : sessions) {
        while (Files.size(session) == 0) {
          Thread.sleep(1);
        }
      }
    }
    List<String> replies = new ArrayList<>();
    for (Socket client : clients) {
      try (client) {
        replies.add(rest(client));
      }
    }
    return replies;
  }
}
