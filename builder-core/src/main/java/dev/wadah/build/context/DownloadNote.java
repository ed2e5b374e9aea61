package dev.wadah.build.context;

import dev.wadah.oci.Digest;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/**
 * What a server said of a file: two lines of its headers and the digest.
 *
 * @param digest of the content
 * @param etag may be empty
 * @param lastModified as sent; may be empty
 */
record DownloadNote(Digest digest, String etag, String lastModified) {

  static DownloadNote of(HttpHeaders headers, Digest digest) {
    return new DownloadNote(
        digest,
        headers.firstValue("ETag").orElse(""),
        headers.firstValue("Last-Modified").orElse(""));
  }

  /** A note of an earlier download; empty when there is none, or it is damaged. */
  static Optional<DownloadNote> read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.size() < 3
          ? Optional.empty()
          : Optional.of(new DownloadNote(Digest.parse(lines.get(0)), lines.get(1), lines.get(2)));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void write(Path file) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), "note", ".tmp");
    Files.write(temporary, List.of(digest.toString(), etag, lastModified));
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Asks the server to answer 304 if it still has the same. */
  void condition(HttpRequest.Builder request) {
    if (!etag.isEmpty()) {
      request.header("If-None-Match", etag);
    } else if (!lastModified.isEmpty()) {
      request.header("If-Modified-Since", lastModified);
    }
  }

  /** The date that the server gave, in seconds since 1970. */
  Optional<Long> modifiedSeconds() {
    try {
      return Optional.of(
          ZonedDateTime.parse(lastModified, DateTimeFormatter.RFC_1123_DATE_TIME).toEpochSecond());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
