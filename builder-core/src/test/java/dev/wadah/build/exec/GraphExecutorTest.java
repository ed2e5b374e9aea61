package dev.wadah.build.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.TestGraphs;
import dev.wadah.build.graph.Vertex;
import dev.wadah.layer.LayerStack;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GraphExecutorTest {
  private static final VertexResult.Root ROOT =
      new VertexResult.Root(Digest.of(new byte[0]), LayerStack.EMPTY, Optional.empty(), List.of());

  private static final String FOUR_STAGES =
      """
      FROM busybox AS a
      RUN a
      FROM busybox AS b
      RUN b
      FROM busybox AS c
      RUN c
      FROM busybox AS d
      RUN d
      FROM scratch
      COPY --from=a /x /a
      COPY --from=b /x /b
      COPY --from=c /x /c
      COPY --from=d /x /d
      """;

  private static boolean isRun(Vertex vertex) {
    return vertex.caption().text().startsWith("RUN ");
  }

  @Test
  void runsEveryVertexOnceAndInputsFirst() throws Exception {
    InstructionGraph graph = TestGraphs.of(FOUR_STAGES);
    Set<Vertex> ended = ConcurrentHashMap.newKeySet();
    AtomicInteger runs = new AtomicInteger();
    GraphExecutor executor =
        new GraphExecutor(
            (vertex, inputs) -> {
              assertThat(ended).containsAll(vertex.inputs());
              assertThat(inputs).hasSameSizeAs(vertex.inputs()).doesNotContainNull();
              runs.incrementAndGet();
              ended.add(vertex);
              return ROOT;
            });
    Map<Vertex, VertexResult> results = executor.execute(graph.vertices());
    assertThat(results.keySet()).containsExactlyInAnyOrderElementsOf(graph.vertices());
    assertThat(runs).hasValue(graph.vertices().size());
  }

  @Test
  void runsIndependentStepsAtTheSameTime() throws Exception {
    CountDownLatch all = new CountDownLatch(4);
    GraphExecutor executor =
        new GraphExecutor(
            (vertex, inputs) -> {
              if (isRun(vertex)) {
                all.countDown();
                await(all);
              }
              return ROOT;
            });
    executor.execute(TestGraphs.of(FOUR_STAGES).vertices());
    assertThat(all.getCount()).isZero();
  }

  @Test
  void interruptsTheOthersWhenOneFails() throws Exception {
    CountDownLatch waiting = new CountDownLatch(3);
    AtomicInteger interrupted = new AtomicInteger();
    GraphExecutor executor =
        new GraphExecutor(
            (vertex, inputs) -> {
              if (vertex.caption().text().equals("RUN d")) {
                await(waiting);
                throw new IOException("the disk is full");
              }
              if (isRun(vertex)) {
                waiting.countDown();
                sleepUntilInterrupted(interrupted);
              }
              return ROOT;
            });
    List<Vertex> vertices = TestGraphs.of(FOUR_STAGES).vertices();
    assertThatThrownBy(() -> executor.execute(vertices)).hasMessage("the disk is full");
    // All threads are gone when execute has thrown.
    assertThat(interrupted).hasValue(3);
  }

  @Test
  void cancelsEverythingWhenItsThreadIsInterrupted() throws Exception {
    AtomicInteger interrupted = new AtomicInteger();
    Thread test = Thread.currentThread();
    CountDownLatch waiting = new CountDownLatch(4);
    GraphExecutor executor =
        new GraphExecutor(
            (vertex, inputs) -> {
              if (isRun(vertex)) {
                waiting.countDown();
                if (waiting.getCount() == 0) {
                  test.interrupt();
                }
                sleepUntilInterrupted(interrupted);
              }
              return ROOT;
            });
    List<Vertex> vertices = TestGraphs.of(FOUR_STAGES).vertices();
    assertThatThrownBy(() -> executor.execute(vertices)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).as("nobody after it waits for clean-up either").isTrue();
    assertThat(interrupted).hasValue(4);
  }

  @Test
  void runsAChainOfAThousandSteps() throws Exception {
    StringBuilder file = new StringBuilder("FROM busybox\n");
    for (int i = 0; i < 1000; i++) {
      file.append("RUN ").append(i).append('\n');
    }
    AtomicInteger runs = new AtomicInteger();
    GraphExecutor executor =
        new GraphExecutor(
            (vertex, inputs) -> {
              runs.incrementAndGet();
              return ROOT;
            });
    executor.execute(TestGraphs.of(file.toString()).vertices());
    assertThat(runs).hasValue(1001);
  }

  private static void await(CountDownLatch latch) throws InterruptedIOException {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  private static void sleepUntilInterrupted(AtomicInteger interrupted)
      throws InterruptedIOException {
    try {
      Thread.sleep(15_000);
    } catch (InterruptedException e) {
      interrupted.incrementAndGet();
      throw new InterruptedIOException();
    }
  }
}
