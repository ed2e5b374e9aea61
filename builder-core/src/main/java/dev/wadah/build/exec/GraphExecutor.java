package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.graph.Vertex;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Runs vertices, each once, as soon as its inputs are there. The first failure cancels the rest by
 * interrupting it; nothing is running any more when {@link #execute} returns or throws.
 */
public final class GraphExecutor {
  /** At least so many steps at once, because steps wait for networks and clocks, too. */
  private static final int LEAST_PARALLEL = 4;

  private final VertexRunner runner;

  /** What a vertex does, given the results of its inputs in order. */
  @FunctionalInterface
  public interface VertexRunner {
    /**
     * Runs a vertex; called from a thread of the pool, which is interrupted to cancel it.
     *
     * @throws BuildException if it fails by the user's mistake
     */
    VertexResult run(Vertex vertex, List<VertexResult> inputs) throws BuildException, IOException;
  }

  public GraphExecutor(VertexRunner runner) {
    this.runner = runner;
  }

  /**
   * Runs all vertices.
   *
   * @param vertices with everything that they need
   * @throws BuildException the first failure
   * @throws InterruptedIOException if this thread was interrupted, and leaves it so
   */
  public Map<Vertex, VertexResult> execute(List<Vertex> vertices)
      throws BuildException, IOException {
    int threads = Math.max(LEAST_PARALLEL, 2 * Runtime.getRuntime().availableProcessors());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            Math.min(threads, vertices.size()), task -> new Thread(task, "step"));
    Schedule schedule = new Schedule(vertices, pool);
    try {
      schedule.begin();
      schedule.await();
    } catch (InterruptedException e) {
      schedule.fail(new InterruptedIOException("the build was cancelled"));
      // What is closed after it is not to wait for the removal of what its steps have written.
      Thread.currentThread().interrupt();
    } finally {
      end(pool);
    }
    return schedule.results();
  }

  /** Waits for every step to be gone, however often this thread is interrupted meanwhile. */
  private static void end(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = pool.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is done, what is ready, what waits for how many inputs. */
  private final class Schedule {
    private final ExecutorService pool;
    private final Map<Vertex, Integer> missing = new LinkedHashMap<>();
    private final Map<Vertex, List<Vertex>> users = new HashMap<>();
    private final Map<Vertex, VertexResult> results = new HashMap<>();
    private Throwable failure;

    Schedule(List<Vertex> vertices, ExecutorService pool) {
      this.pool = pool;
      for (Vertex vertex : vertices) {
        List<Vertex> needed = vertex.inputs().stream().distinct().toList();
        missing.put(vertex, needed.size());
        for (Vertex input : needed) {
          users.computeIfAbsent(input, v -> new ArrayList<>()).add(vertex);
        }
      }
    }

    synchronized void begin() {
      for (Map.Entry<Vertex, Integer> entry : missing.entrySet()) {
        if (entry.getValue() == 0) {
          pool.execute(() -> work(entry.getKey()));
        }
      }
    }

    /** Runs a vertex and then, in the same thread, what only waited for it. */
    private void work(Vertex first) {
      Vertex vertex = first;
      while (vertex != null) {
        VertexResult result;
        try {
          result = runner.run(vertex, inputs(vertex));
        } catch (BuildException | IOException | RuntimeException | Error e) {
          fail(e);
          return;
        }
        vertex = done(vertex, result);
      }
    }

    private synchronized List<VertexResult> inputs(Vertex vertex) {
      List<VertexResult> inputs = new ArrayList<>(vertex.inputs().size());
      for (Vertex input : vertex.inputs()) {
        inputs.add(results.get(input));
      }
      return inputs;
    }

    /** Notes a result; returns one vertex that is ready now and hands others to the pool. */
    private synchronized Vertex done(Vertex vertex, VertexResult result) {
      results.put(vertex, result);
      Vertex next = null;
      for (Vertex user : users.getOrDefault(vertex, List.of())) {
        if (missing.merge(user, -1, Integer::sum) == 0 && failure == null) {
          if (next == null) {
            next = user;
          } else {
            Vertex other = user;
            pool.execute(() -> work(other));
          }
        }
      }
      notifyAll();
      return next;
    }

    synchronized void fail(Throwable cause) {
      if (failure == null) {
        failure = cause;
        pool.shutdownNow();
      }
      notifyAll();
    }

    synchronized void await() throws InterruptedException {
      while (failure == null && results.size() < missing.size()) {
        wait();
      }
    }

    synchronized Map<Vertex, VertexResult> results() throws BuildException, IOException {
      if (failure instanceof BuildException e) {
        throw e;
      }
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return results;
    }
  }
}
