package dev.wadah.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends one request and takes one reply, over {@code java.net.http}. */
final class Wire {
  private final Connections connections;
  private final RetryPolicy retries;

  /** A wire that fails when nothing moves for as long as a silence of {@code retries}. */
  Wire(Connections connections, RetryPolicy retries) {
    this.connections = connections;
    this.retries = retries;
  }

  /**
   * Sends a request; the caller closes the reply.
   *
   * <p>The client's own limit counts from the beginning of a request to the reply's head, so that a
   * long upload would hit it while all is well. Ours counts from the last byte that moved.
   */
  Reply send(Endpoint.Access access, Call call, URI uri, Optional<String> authorization)
      throws IOException {
    try (Call.Sending sending = new Call.Sending()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri)
              .method(call.method(), call.body().publisher(sending))
              .setHeader("User-Agent", "wadah");
      call.headers().forEach(request::setHeader);
      authorization.ifPresent(value -> request.setHeader("Authorization", value));
      connections.authorizeProxy(uri, request);
      CompletableFuture<HttpResponse<InputStream>> answer =
          connections
              .client(access, uri)
              .sendAsync(request.build(), head -> new ReplyStream(retries));
      Duration patience = retries.patience(call.body().sizeBytes());
      return new Reply(
          call.method(), await(answer, sending, patience), authorization, call.secret());
    } catch (ConnectException e) {
      throw connections.unreachable(uri, e);
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      connections.noteProxy(uri, e);
      throw e;
    }
  }

  private static HttpResponse<InputStream> await(
      CompletableFuture<HttpResponse<InputStream>> answer, Call.Sending sending, Duration patience)
      throws IOException {
    try {
      while (true) {
        long left = sending.lastNanos() + patience.toNanos() - System.nanoTime();
        if (left <= 0) {
          throw new SilenceException("no answer came", patience);
        }
        try {
          return answer.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          // Bytes may have been sent meanwhile: count again from these.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while talking to a registry");
    } catch (ExecutionException e) {
      throw unwrapped(e.getCause());
    } finally {
      // Without effect on an answer that is here.
      answer.cancel(true);
    }
  }

  private static IOException unwrapped(Throwable cause) {
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof UncheckedIOException unchecked) {
      return unchecked.getCause();
    }
    if (cause instanceof RuntimeException bug) {
      throw bug;
    }
    return new IOException(cause);
  }
}
