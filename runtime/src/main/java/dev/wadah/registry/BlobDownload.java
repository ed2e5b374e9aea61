package dev.wadah.registry;

import dev.wadah.content.PieceInput;
import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A blob's bytes from a registry. When the connection breaks, the rest is asked for with {@code
 * Range}; a registry that does not know ranges sends all again, and what is here is skipped. When a
 * mirror fails for good, the rest comes from the next place. The number of bytes is checked, their
 * digest is not.
 */
final class BlobDownload extends PieceInput {
  /** What must come between two failures for the first one to be forgotten. */
  private static final int GOOD_PROGRESS_BYTES = 64 << 10;

  private final Transport transport;
  private final Descriptor blob;
  private final RetryPolicy retries;
  private final Deque<Endpoint> later;

  /** A whole address; empty: the blob below each place's repository. */
  private final String address;

  private Endpoint endpoint;
  private Reply reply;
  private long read;
  private int failures;
  private long readAtFailure;

  /**
   * Asks for a blob.
   *
   * @param later places that have the same, asked when {@code endpoint} fails
   */
  BlobDownload(
      Transport transport,
      Endpoint endpoint,
      List<Endpoint> later,
      Descriptor blob,
      RetryPolicy retries)
      throws IOException {
    this(transport, endpoint, later, blob, retries, "");
  }

  /** Asks for a blob at an address of its own, on the host of {@code endpoint}. */
  static BlobDownload at(
      URI address, Endpoint endpoint, Transport transport, Descriptor blob, RetryPolicy retries)
      throws IOException {
    return new BlobDownload(transport, endpoint, List.of(), blob, retries, address.toString());
  }

  private BlobDownload(
      Transport transport,
      Endpoint endpoint,
      List<Endpoint> later,
      Descriptor blob,
      RetryPolicy retries,
      String address)
      throws IOException {
    this.transport = transport;
    this.endpoint = endpoint;
    this.later = new ArrayDeque<>(later);
    this.blob = blob;
    this.retries = retries;
    this.address = address;
    this.reply = request();
  }

  private Reply request() throws IOException {
    Call call =
        address.isEmpty()
            ? Call.of("GET", "/blobs/" + blob.digest(), Scope.pull(endpoint.path()))
            : Call.of("GET", address, Scope.NONE);
    if (read > 0) {
      call = call.withHeader("Range", "bytes=" + read + "-");
    }
    Reply fresh = transport.send(endpoint, call);
    boolean whole = fresh.status() == 200;
    boolean part =
        fresh.status() == 206
            && fresh.header("Content-Range").orElse("").startsWith("bytes " + read + "-");
    if (!whole && !part) {
      try (fresh) {
        throw fresh.status() == 206
            ? new RegistryException(
                "%s was asked for bytes from %d on, and sends others: %s"
                    .formatted(
                        Reply.shown(fresh.uri()), read, fresh.header("Content-Range").orElse("?")),
                null)
            : fresh.unexpected();
      }
    }
    requireSize(fresh, whole ? blob.sizeBytes() : blob.sizeBytes() - read);
    if (whole && read > 0) {
      skip(fresh);
    }
    return fresh;
  }

  private void skip(Reply fresh) throws IOException {
    try {
      fresh.body().skipNBytes(read);
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
  }

  private void requireSize(Reply fresh, long expected) throws IOException {
    long claimed = fresh.contentLength();
    if (claimed >= 0 && claimed != expected) {
      boolean html = fresh.header("Content-Type").orElse("").startsWith("text/html");
      fresh.close();
      throw new RegistryException(
          "%s wants to send %d bytes of %s, though there should be %d%s"
              .formatted(
                  Reply.shown(fresh.uri()),
                  claimed,
                  blob.digest(),
                  expected,
                  html ? "; it is " + Reply.HTML : ""),
          null);
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      IOException fault;
      try {
        int n = reply.body().read(buffer, offset, length);
        if (n >= 0) {
          count(n);
          return n;
        }
        if (read == blob.sizeBytes()) {
          return -1;
        }
        fault =
            new IOException(
                "the connection ended after %d of %d bytes".formatted(read, blob.sizeBytes()));
      } catch (RegistryException | InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        if (read == blob.sizeBytes()) {
          // All is here; only the end of the connection was not told.
          return -1;
        }
        fault = e;
      }
      resume(fault);
    }
  }

  private void count(int n) throws IOException {
    read += n;
    if (read > blob.sizeBytes()) {
      throw new OverlongBlobException(
          "%s sends more than the %d bytes that %s should have"
              .formatted(Reply.shown(reply.uri()), blob.sizeBytes(), blob.digest()));
    }
  }

  /** Asks for the rest, until a reply comes. */
  private void resume(IOException fault) throws IOException {
    IOException last = fault;
    reply.close();
    while (true) {
      // A byte now and then is no progress: a registry could keep us busy with that for ever.
      failures = read - readAtFailure >= GOOD_PROGRESS_BYTES ? 1 : failures + 1;
      readAtFailure = read;
      boolean hopeless =
          last instanceof RegistryException
              || failures >= retries.attempts()
              || !retries.mayFollow(last);
      if (hopeless && later.isEmpty()) {
        throw new RegistryException(
            "cannot read all of %s, only %d of %d bytes: %s"
                .formatted(
                    Reply.shown(reply.uri()), read, blob.sizeBytes(), Failures.describe(last)),
            last);
      }
      if (hopeless) {
        endpoint = later.remove();
        failures = 0;
      } else {
        retries.pause(failures, Optional.empty());
      }
      try {
        reply = request();
        return;
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        last = e;
      }
    }
  }

  @Override
  public int available() throws IOException {
    return reply.body().available();
  }

  @Override
  public void close() throws IOException {
    reply.close();
  }
}
