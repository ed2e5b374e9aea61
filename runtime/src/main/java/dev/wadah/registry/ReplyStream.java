package dev.wadah.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of a reply while it comes in. The JDK's client knows no limit for the time between two
 * parts of a body: a registry that falls silent would hold us forever, and so would one that sends
 * a byte now and then. This stream fails instead. For one reader.
 */
final class ReplyStream extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
  /** Parts that wait to be read; the network goes on while the reader is busy. */
  private static final int PARTS_AHEAD = 4;

  /** The longest rest that is read for the sake of the connection, and how long we wait for it. */
  private static final int REST_BYTES = 16 << 10;

  private static final Duration REST_WAIT = Duration.ofMillis(50);

  private final List<ByteBuffer> end = new ArrayList<>();
  private final BlockingQueue<List<ByteBuffer>> parts = new LinkedBlockingQueue<>();
  private final Duration silence;
  private final long leastBytes;
  private volatile Flow.Subscription subscription;
  private volatile Throwable failure;
  private volatile boolean closed;

  private Iterator<ByteBuffer> current = end.iterator();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private boolean ended;
  private long waitedNanos;
  private long cameMeanwhile;

  /** A stream that fails when nothing, or too little, comes for as long as a silence may last. */
  ReplyStream(RetryPolicy policy) {
    this.silence = policy.silence();
    this.leastBytes = policy.leastBytes();
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedStage(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription source) {
    subscription = source;
    if (closed) {
      source.cancel();
    } else {
      source.request(PARTS_AHEAD);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> part) {
    parts.add(part);
  }

  @Override
  public void onError(Throwable cause) {
    failure = cause;
    parts.add(end);
  }

  @Override
  public void onComplete() {
    parts.add(end);
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, buffer.remaining());
    buffer.get(bytes, offset, n);
    return n;
  }

  /** Makes sure that there is a byte to read; false at the end. */
  private boolean fill() throws IOException {
    while (!buffer.hasRemaining()) {
      if (closed) {
        throw new IOException("closed");
      }
      if (current.hasNext()) {
        buffer = current.next();
        cameMeanwhile += buffer.remaining();
      } else if (ended) {
        requireNoFailure();
        return false;
      } else {
        next();
      }
    }
    return true;
  }

  private void next() throws IOException {
    List<ByteBuffer> part = take();
    if (part == end) {
      ended = true;
    } else {
      current = part.iterator();
      subscription.request(1);
    }
  }

  private List<ByteBuffer> take() throws IOException {
    long before = System.nanoTime();
    List<ByteBuffer> part;
    try {
      part = parts.poll(silence.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading from a registry");
    }
    if (part == null) {
      throw new SilenceException("nothing came", silence);
    }
    waitedNanos += System.nanoTime() - before;
    if (waitedNanos > silence.toNanos()) {
      if (cameMeanwhile < leastBytes && part != end) {
        throw new SilenceException("next to nothing came", silence);
      }
      waitedNanos = 0;
      cameMeanwhile = 0;
    }
    return part;
  }

  private void requireNoFailure() throws IOException {
    Throwable cause = failure;
    if (cause != null) {
      throw new IOException(
          cause.getMessage() == null ? "the connection broke" : cause.getMessage(), cause);
    }
  }

  @Override
  public int available() {
    return buffer.remaining();
  }

  /**
   * Lets the connection go. It can be used again if the reply has been read to its end, so a short
   * rest, such as the text of a 401, is taken when it is here already or comes at once. The end of
   * a reply without a body comes only after its head, too.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      skipShortRest();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    Flow.Subscription source = subscription;
    if (source != null && !ended) {
      source.cancel();
    }
  }

  private void skipShortRest() throws InterruptedException {
    long deadline = System.nanoTime() + REST_WAIT.toNanos();
    for (int bytes = 0; !ended && bytes < REST_BYTES; ) {
      List<ByteBuffer> part = parts.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (part == null) {
        return;
      }
      for (ByteBuffer piece : part) {
        bytes += piece.remaining();
      }
      ended = part == end;
      if (!ended) {
        subscription.request(1);
      }
    }
  }
}
