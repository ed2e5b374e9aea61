package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.content.Store;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Sha256;
import dev.wadah.posix.FileStatus;
import dev.wadah.registry.Proxies;
import dev.wadah.registry.RegistryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Downloads files over HTTP and keeps them by content. A file that was fetched before is asked for
 * with its ETag and date, and not sent again when the server still has the same.
 */
final class HttpDownloads {
  private static final String ROOM = "downloads";
  private static final int MAX_REDIRECTS = 10;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(2);

  private final Store store;
  private final Path room;
  private final SecretValues secrets;
  private final Proxies proxies;

  HttpDownloads(Store store, SecretRequest secrets, Map<String, String> environment)
      throws IOException {
    this.store = store;
    this.room = store.room(ROOM);
    this.secrets = new SecretValues(secrets);
    this.proxies = new Proxies(environment);
  }

  /** A file that is here: where, and what the server said of it. */
  record Download(Path file, DownloadNote note) {}

  /**
   * Fetches a file.
   *
   * @param checksum the digest that it must have; a file here that has it needs no network
   * @throws BuildException if the server refuses or the content is another
   */
  Download fetch(String url, Optional<Digest> checksum) throws BuildException, IOException {
    URI uri = uri(url);
    Path noteFile = room.resolve(Digest.of(url.getBytes(StandardCharsets.UTF_8)).hex() + ".note");
    Optional<DownloadNote> known = used(noteFile) ? DownloadNote.read(noteFile) : Optional.empty();
    if (known.isPresent() && !used(file(known.get().digest()))) {
      known = Optional.empty();
    }
    if (known.isPresent()
        && checksum.isPresent()
        && checksum.equals(known.map(DownloadNote::digest))) {
      return new Download(file(known.get().digest()), known.get());
    }
    HttpResponse<InputStream> response = send(uri, known);
    try (InputStream body = response.body()) {
      DownloadNote note;
      if (response.statusCode() == 304 && known.isPresent()) {
        note = known.get();
      } else if (response.statusCode() == 200) {
        note = DownloadNote.of(response.headers(), take(url, body, checksum));
        note.write(noteFile);
      } else {
        throw refuse(
            "download-failed",
            "%s: the server answered %d".formatted(shown(uri), response.statusCode()),
            reason(response.statusCode()),
            "check the URL; credentials are secrets with the id HTTP_AUTH_TOKEN_%s"
                .formatted(uri.getHost()));
      }
      check(url, note.digest(), checksum);
      return new Download(file(note.digest()), note);
    }
  }

  /** Whether a file is here; if so, no collector takes it before the build has ended. */
  private boolean used(Path file) throws IOException {
    FileStatus status = FileStatus.of(file.toString());
    if (status != null && store.doubtful(status.ctimeNanos())) {
      // A power cut may have torn it. It is fetched again.
      Files.deleteIfExists(file);
      return false;
    }
    return status != null && store.leases().renew(file.toString(), status.mtimeNanos());
  }

  private static String reason(int status) {
    return switch (status) {
      case 401, 403 -> "the server wants credentials";
      case 404, 410 -> "there is no such file";
      default -> status >= 500 ? "the server has a problem" : "the server did not send the file";
    };
  }

  private static URI uri(String url) throws BuildException {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // reported below like a URL without a host
    }
    throw refuse(
        "invalid-url",
        "\"%s\" is no URL".formatted(url),
        "a URL is http://host/path or https://host/path, with blanks written as %20",
        "correct the URL");
  }

  private Path file(Digest digest) {
    return room.resolve(digest.hex());
  }

  private HttpResponse<InputStream> send(URI first, Optional<DownloadNote> known)
      throws BuildException, IOException {
    HttpClient client = client();
    URI uri = first;
    for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      HttpResponse<InputStream> response = send(client, request(uri, first, known));
      Optional<String> location = response.headers().firstValue("Location");
      if (response.statusCode() / 100 != 3 || response.statusCode() == 304 || location.isEmpty()) {
        return response;
      }
      response.body().close();
      uri = uri.resolve(location.get());
      if (!RemoteSources.isWeb(uri.toString())) {
        throw refuse(
            "download-failed",
            "%s leads to \"%s\"".formatted(shown(first), shown(uri)),
            "a redirect may lead to http and https only",
            "use the URL of the file itself");
      }
    }
    throw refuse(
        "download-failed",
        "%s: more than %d redirects".formatted(shown(first), MAX_REDIRECTS),
        "the server sends the request in circles",
        "use the URL of the file itself");
  }

  private HttpClient client() throws BuildException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER);
    try {
      proxies.configure(builder);
    } catch (RegistryException e) {
      throw refuse(
          "invalid-proxy",
          e.getMessage(),
          "downloads go through the proxies that the environment names",
          "write it like http://proxy.example:3128, or unset it");
    }
    return builder.build();
  }

  private HttpRequest request(URI uri, URI first, Optional<DownloadNote> known)
      throws BuildException, IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(withoutUser(uri))
            .timeout(ANSWER_TIMEOUT)
            .header("User-Agent", "wadah");
    known.ifPresent(note -> note.condition(request));
    proxies.authorize(uri, request);
    // Credentials are for the host that the user named, not for one that it points to.
    if (uri.getAuthority().equals(first.getAuthority())
        && uri.getScheme().equals(first.getScheme())) {
      Optional<String> authorization = authorization(uri);
      if (authorization.isPresent()) {
        try {
          request.header("Authorization", authorization.get());
        } catch (IllegalArgumentException e) {
          throw refuse(
              "invalid-secret",
              "the credentials for %s hold characters that no header may".formatted(uri.getHost()),
              "a token is one line",
              "check the secret");
        }
      }
    }
    return request.build();
  }

  private Optional<String> authorization(URI uri) throws IOException {
    String host = uri.getHost();
    String place = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
    Optional<String> header =
        secrets.first("HTTP_AUTH_HEADER_" + place, "HTTP_AUTH_HEADER_" + host);
    if (header.isPresent()) {
      return header;
    }
    Optional<String> token = secrets.first("HTTP_AUTH_TOKEN_" + place, "HTTP_AUTH_TOKEN_" + host);
    if (token.isPresent()) {
      return Optional.of("Bearer " + token.get());
    }
    String user = uri.getUserInfo();
    return Optional.ofNullable(user)
        .map(
            u ->
                "Basic "
                    + java.util.Base64.getEncoder()
                        .encodeToString(u.getBytes(StandardCharsets.UTF_8)));
  }

  private static URI withoutUser(URI uri) {
    return uri.getRawUserInfo() == null
        ? uri
        : URI.create(uri.toString().replace(uri.getRawUserInfo() + "@", ""));
  }

  private static HttpResponse<InputStream> send(HttpClient client, HttpRequest request)
      throws BuildException, IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stop = new InterruptedIOException("the download was interrupted");
      stop.initCause(e);
      throw stop;
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw refuse(
          "download-failed",
          "%s cannot be fetched: %s".formatted(shown(request.uri()), why),
          "the server does not answer as a web server does",
          "check the host name, the network and proxies");
    }
  }

  /** The URL without credentials. */
  private static String shown(URI uri) {
    return withoutUser(uri).toString();
  }

  private Digest take(String url, InputStream body, Optional<Digest> checksum)
      throws BuildException, IOException {
    Path temporary = Files.createTempFile(room, "download", ".tmp");
    try {
      MessageDigest sha = Sha256.create();
      try (OutputStream out = Files.newOutputStream(temporary)) {
        byte[] buffer = new byte[1 << 17];
        for (int n; (n = body.read(buffer)) >= 0; ) {
          sha.update(buffer, 0, n);
          out.write(buffer, 0, n);
        }
      }
      Digest digest = Digest.ofSha256(sha.digest());
      check(url, digest, checksum);
      Files.move(temporary, file(digest), StandardCopyOption.ATOMIC_MOVE);
      return digest;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void check(String url, Digest digest, Optional<Digest> checksum)
      throws BuildException {
    if (checksum.isPresent() && !checksum.get().equals(digest)) {
      throw refuse(
          "checksum-mismatch",
          "digest mismatch: %s has %s, but --checksum is %s"
              .formatted(shown(uri(url)), digest, checksum.get()),
          "the file on the server is not the one that the Dockerfile was written for",
          "check the file; if it is right, write --checksum=" + digest);
    }
  }
}
