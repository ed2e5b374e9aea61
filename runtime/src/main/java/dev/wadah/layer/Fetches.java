package dev.wadah.layer;

import dev.wadah.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.Callable;

/**
 * Copies blobs that are fetched, and tells those who wait for them. The listener is the thread's:
 * whoever needs a layer fetches it itself, deep below the place that knows what it is for.
 */
final class Fetches {
  private static final int BUFFER_BYTES = 1 << 17;

  @SuppressWarnings("ThreadLocalUsage") // a listener hears of one store only
  private final ThreadLocal<FetchListener> listeners = new ThreadLocal<>();

  /** Makes this thread's fetches heard by {@code listener}; null: by nobody. */
  void tell(FetchListener listener) {
    if (listener == null) {
      listeners.remove();
    } else {
      listeners.set(listener);
    }
  }

  /** Whom this thread is heard by; nobody is one that does nothing. */
  FetchListener listener() {
    FetchListener listener = listeners.get();
    return listener == null ? (blob, bytes) -> {} : listener;
  }

  /** A task that is heard by whom this thread is heard by, whichever thread runs it. */
  Callable<Void> heard(Callable<Void> task) {
    FetchListener listener = listeners.get();
    return () -> {
      FetchListener before = listeners.get();
      tell(listener);
      try {
        return task.call();
      } finally {
        tell(before);
      }
    };
  }

  /** Copies all of {@code in}; both stay open. */
  void copy(InputStream in, OutputStream out, Descriptor blob) throws IOException {
    FetchListener listener = listeners.get();
    byte[] buffer = new byte[BUFFER_BYTES];
    long copied = 0;
    for (int n = 0; n >= 0; n = in.read(buffer, 0, buffer.length)) {
      out.write(buffer, 0, n);
      copied += n;
      if (listener != null) {
        listener.fetched(blob, copied);
      }
    }
  }
}
