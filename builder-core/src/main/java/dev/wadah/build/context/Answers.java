package dev.wadah.build.context;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Calls of a file system that may not answer, each made in a thread of its own: an interrupt ends
 * the wait, not the call. A thread that was left ends with its call and keeps no process alive.
 * Safe for threads.
 */
final class Answers implements ThreadFactory {
  private static final long IDLE_SECONDS = 1;

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE, // each that waits has one
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          this);

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "answer");
    thread.setDaemon(true);
    return thread;
  }

  /** A call; {@code X} is what it throws besides. */
  @FunctionalInterface
  interface Call<T, X extends Exception> extends Callable<T> {
    @Override
    T call() throws IOException, X;
  }

  /** A call whose result is dropped when nobody waits for it any more. */
  private static final class Asked<T> extends FutureTask<T> {
    private final Consumer<T> drop;
    private boolean left;
    private T result;

    Asked(Callable<T> call, Consumer<T> drop) {
      super(call);
      this.drop = drop;
    }

    @Override
    protected void set(T made) {
      synchronized (this) {
        result = made;
        if (left) {
          drop.accept(made);
        }
      }
      super.set(made);
    }

    synchronized void leave() {
      left = true;
      if (result != null) {
        drop.accept(result);
      }
    }
  }

  /**
   * Makes a call and waits for its answer.
   *
   * @throws InterruptedIOException if this thread is interrupted; its flag stays set
   */
  <T, X extends Exception> T await(Call<T, X> call) throws IOException, X {
    FutureTask<T> asked = new FutureTask<>(call);
    threads.execute(asked);
    return Answers.<T, X>answer(asked);
  }

  /**
   * As {@link #await(Call)}.
   *
   * @param drop gets an answer that came too late
   */
  <T, X extends Exception> T await(Call<T, X> call, Consumer<T> drop) throws IOException, X {
    Asked<T> asked = new Asked<>(call, drop);
    threads.execute(asked);
    try {
      return Answers.<T, X>answer(asked);
    } catch (InterruptedIOException e) {
      asked.leave();
      throw e;
    }
  }

  @SuppressWarnings("unchecked") // The call throws nothing else.
  private static <T, X extends Exception> T answer(FutureTask<T> asked) throws IOException, X {
    try {
      return asked.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stop =
          new InterruptedIOException("interrupted before a file system had answered");
      stop.initCause(e);
      throw stop;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw (X) e.getCause();
    }
  }

  /** Makes a call for whose end nobody waits. */
  void leave(Runnable call) {
    threads.execute(call);
  }
}
