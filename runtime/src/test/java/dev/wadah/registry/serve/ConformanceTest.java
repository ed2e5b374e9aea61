package dev.wadah.registry.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests of testdata/registry/conformance.txt, sent over a bare socket, so that no client
 * tidies them up.
 */
class ConformanceTest {
  @TempDir Path folder;
  private final Map<String, String> bodies = new LinkedHashMap<>();
  private final Map<String, String> words = new LinkedHashMap<>();

  private void body(String name, String text) throws Exception {
    bodies.put("@" + name, filled(text));
    byte[] bytes = filled(text).getBytes(UTF_8);
    words.put("{" + name + "}", Digest.of(bytes).toString());
    words.put("{" + name + "%3A}", Digest.of(bytes).toString().replace(":", "%3A"));
    byte[] longer = MessageDigest.getInstance("SHA-512").digest(bytes);
    words.put("{" + name + "512}", "sha512:" + HexFormat.of().formatHex(longer));
  }

  private String filled(String text) {
    String result = text;
    for (Map.Entry<String, String> word : words.entrySet()) {
      result = result.replace(word.getKey(), word.getValue());
    }
    return result;
  }

  private void makeBodies() throws Exception {
    body("blob", "a blob of some length");
    body("empty", "");
    body("config", "{}");
    body("chunks", "chunk-one-2");
    String config = "\"config\":{\"mediaType\":\"%s\",\"digest\":\"{config}\",\"size\":2}";
    String head =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",".formatted(MediaTypes.OCI_MANIFEST)
            + config.formatted(MediaTypes.OCI_CONFIG);
    String layer = "{\"mediaType\":\"%s\",\"digest\":\"{blob}\",\"size\":21}";
    body("image", head + ",\"layers\":[" + layer.formatted(MediaTypes.OCI_LAYER) + "]}");
    body("nolayers", head + ",\"layers\":[]}");
    String entry = "{\"mediaType\":\"%s\",\"digest\":\"{image}\",\"size\":9}";
    body(
        "index",
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(MediaTypes.OCI_INDEX, entry.formatted(MediaTypes.OCI_MANIFEST)));
    String subject = ",\"layers\":[],\"subject\":" + entry.formatted(MediaTypes.OCI_MANIFEST) + "}";
    body("refers", head.replaceFirst(",", ",\"artifactType\":\"application/vnd.sbom\",") + subject);
    body(
        "signs",
        head.replaceFirst(",", ",\"artifactType\":\"application/vnd.signature\",") + subject);
    body("early", head + subject.replace("{image}", "{blob}"));
  }

  @TestFactory
  List<DynamicTest> answersAsTheSpecificationSays() throws Exception {
    makeBodies();
    RegistryServer server =
        RegistryServer.start(folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    List<DynamicTest> tests = new ArrayList<>();
    Path file = Path.of(System.getProperty("wadah.testdata"), "registry", "conformance.txt");
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] row = line.split(" *\\| ?", -1);
        tests.add(DynamicTest.dynamicTest(row[0] + ": " + row[1], () -> check(server, row)));
      }
    }
    tests.add(DynamicTest.dynamicTest("the end", server::close));
    return tests;
  }

  private void check(RegistryServer server, String[] row) throws IOException {
    String body = bodies.getOrDefault(row[3].strip(), row[3].strip());
    String reply = send(server, filled(row[1]), row[2].strip(), body);
    String head = reply.substring(0, reply.indexOf("\r\n\r\n") + 2);
    assertThat(head).startsWith("HTTP/1.1 " + row[4].strip() + " ");
    for (String header : row[5].strip().split("; (?=[A-Z])", -1)) {
      assertThat(head).containsPattern("(?i)" + (header.isEmpty() ? "" : "\r\n" + filled(header)));
    }
    String content = reply.substring(reply.indexOf("\r\n\r\n") + 4);
    assertThat(content).contains(filled(row[6].strip()));
    if (row[1].startsWith("HEAD ") || row[4].strip().equals("204")) {
      assertThat(content).isEmpty();
    }
    if (!row[4].strip().equals("202")) {
      return;
    }
    head.lines()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("location: "))
        .forEach(line -> words.put("{location}", line.substring(10).strip()));
  }

  private static String send(RegistryServer server, String request, String header, String body)
      throws IOException {
    try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      socket.setSoTimeout(20_000);
      byte[] bytes = body.getBytes(UTF_8);
      String length =
          header.contains("Content-Length") ? "" : "Content-Length: " + bytes.length + "\r\n";
      String head =
          request
              + " HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n"
              + length
              + (header.isEmpty() ? "" : header + "\r\n")
              + "\r\n";
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(ISO_8859_1));
      out.write(bytes);
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
