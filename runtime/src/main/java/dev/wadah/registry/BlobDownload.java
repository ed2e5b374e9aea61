package dev.wadah.registry;

import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;

/**
 * A blob's bytes from a registry. When the connection breaks, the rest is asked for with {@code
 * Range}; a registry that does not know ranges sends all again, and what is here is skipped. The
 * number of bytes is checked, their digest is not.
 */
final class BlobDownload extends InputStream {
  private final Transport transport;
  private final Endpoint endpoint;
  private final Descriptor blob;
  private final RetryPolicy retries;
  private Reply reply;
  private long read;
  private int failures;

  BlobDownload(Transport transport, Endpoint endpoint, Descriptor blob, RetryPolicy retries)
      throws IOException {
    this.transport = transport;
    this.endpoint = endpoint;
    this.blob = blob;
    this.retries = retries;
    this.reply = request();
  }

  private Reply request() throws IOException {
    Transport.Call call =
        Transport.Call.of("GET", "/blobs/" + blob.digest(), Scope.pull(endpoint.path()));
    if (read > 0) {
      call = call.withHeader("Range", "bytes=" + read + "-");
    }
    Reply fresh = transport.send(endpoint, call);
    boolean whole = fresh.status() == 200;
    boolean rest =
        fresh.status() == 206
            && fresh.header("Content-Range").orElse("").startsWith("bytes " + read + "-");
    if (!whole && !rest) {
      try (fresh) {
        throw new RegistryException(fresh.describe(), fresh.status(), null);
      }
    }
    requireSize(fresh, whole ? blob.sizeBytes() : blob.sizeBytes() - read);
    if (whole && read > 0) {
      fresh.body().skipNBytes(read);
    }
    return fresh;
  }

  private void requireSize(Reply fresh, long expected) throws IOException {
    long claimed = fresh.contentLength();
    if (claimed >= 0 && claimed != expected) {
      fresh.close();
      throw new RegistryException(
          "%s wants to send %d bytes of %s, though there should be %d"
              .formatted(Reply.shown(fresh.uri()), claimed, blob.digest(), expected),
          null);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
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
        fault = e;
      }
      resume(fault);
    }
  }

  private void count(int n) throws IOException {
    read += n;
    if (n > 0) {
      failures = 0;
    }
    if (read > blob.sizeBytes()) {
      throw new RegistryException(
          "%s sends more than the %d bytes that %s should have"
              .formatted(Reply.shown(reply.uri()), blob.sizeBytes(), blob.digest()),
          null);
    }
  }

  private void resume(IOException fault) throws IOException {
    if (++failures >= retries.attempts()) {
      throw new RegistryException(
          "cannot read all of %s: %s".formatted(Reply.shown(reply.uri()), Failures.describe(fault)),
          fault);
    }
    reply.close();
    retries.pause(failures, Optional.empty());
    reply = request();
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
