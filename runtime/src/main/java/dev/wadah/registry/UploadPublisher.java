package dev.wadah.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives a blob to the JDK's client in large parts. The client's own publisher of streams takes 16
 * KiB at a time, which makes the upload of half a gigabyte by a fresh JVM cost twice as much.
 */
final class UploadPublisher implements HttpRequest.BodyPublisher {
  private static final int PART_BYTES = 256 << 10;

  private final Call.Sending sending;
  private final Call.Body body;

  UploadPublisher(Call.Body body, Call.Sending sending) {
    this.body = body;
    this.sending = sending;
  }

  @Override
  public long contentLength() {
    return body.sizeBytes();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> client) {
    try {
      client.onSubscribe(new Reading(sending.open(body.content()), client));
    } catch (IOException e) {
      client.onSubscribe(new Reading(InputStream.nullInputStream(), client));
      client.onError(e);
    }
  }

  /** Reads as much as is asked for, in the thread that asks. */
  private static final class Reading implements Flow.Subscription {
    private final InputStream in;
    private final Flow.Subscriber<? super ByteBuffer> client;
    private final AtomicLong wanted = new AtomicLong();
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile boolean ended;

    Reading(InputStream in, Flow.Subscriber<? super ByteBuffer> client) {
      this.in = in;
      this.client = client;
    }

    @Override
    public void request(long parts) {
      wanted.addAndGet(parts);
      // The client asks for the next part from within onNext: the loop below goes on with it.
      while (wanted.get() > 0 && !ended && reading.compareAndSet(false, true)) {
        try {
          while (!ended && wanted.get() > 0) {
            wanted.decrementAndGet();
            next();
          }
        } finally {
          reading.set(false);
        }
      }
    }

    private void next() {
      byte[] part = new byte[PART_BYTES];
      int n;
      try {
        n = in.readNBytes(part, 0, part.length);
      } catch (IOException e) {
        ended = true;
        client.onError(e);
        return;
      }
      if (n > 0) {
        client.onNext(ByteBuffer.wrap(part, 0, n));
      }
      if (n < part.length) {
        ended = true;
        client.onComplete();
      }
    }

    @Override
    public void cancel() {
      ended = true;
    }
  }
}
