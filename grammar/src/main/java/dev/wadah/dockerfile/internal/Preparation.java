package dev.wadah.dockerfile.internal;

import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.SourceFile;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Reads a sample in a thread of its own. The first file that a process reads takes some 10 ms more
 * than the next, for the tables of the generated lexer: they are unpacked, and then filled in
 * character by character as characters come. Whoever has something else to do before his first file
 * lets this be done meanwhile.
 */
public final class Preparation {
  /** What stands in most files, and the characters that most words are made of. */
  private static final String SAMPLE =
      """
      ARG a=abcdefghijklmnopqrstuvwxyz0123456789._-/:$
      FROM abcdefghijklmnopqrstuvwxyz0123456789._-/:$ AS a
      ENV a=b c="d e"
      LABEL a=b
      WORKDIR /a
      COPY --from=a --chown=0:0 /a /b
      COPY abcdefghijklmnopqrstuvwxyz0123456789._-/:$ /a
      RUN a
      USER a
      EXPOSE 80/tcp
      ENTRYPOINT ["/abcdefghijklmnopqrstuvwxyz0123456789._-", "a"]
      CMD ["/a", "a"]
      """;

  private static final AtomicReference<Thread> STARTED = new AtomicReference<>();

  private Preparation() {}

  /** Begins, unless this process did before. */
  public static void begin() {
    Thread thread = new Sample();
    if (STARTED.compareAndSet(null, thread)) {
      thread.start();
    }
  }

  /**
   * Waits for the end of what {@link #begin} began: without waiting, both threads would do the
   * same. An interrupt ends the wait and stays set.
   */
  public static void await() {
    Thread thread = STARTED.get();
    if (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A class of its own, since a lambda would take a part of the time that is to be saved. */
  private static final class Sample extends Thread {
    Sample() {
      super("prepare");
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        new FileReader(new SourceFile("sample", SAMPLE)).read();
      } catch (DockerfileException e) {
        throw new IllegalStateException("the sample is no Dockerfile", e);
      }
    }
  }
}
