package dev.wadah.build.exec;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildProgress.VertexName;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** What a step prints: to the listener at once, to its log file whole, the last lines kept. */
final class StepOutput implements Closeable {
  private static final int KEPT_LINES = 20;
  private static final int KEPT_COLUMNS = 2000;

  private final BuildProgress progress;
  private final VertexName vertex;
  private final StepLogs logs;
  private final Deque<String> lines = new ArrayDeque<>();
  private final java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
  private StepLogs.Log log;

  StepOutput(BuildProgress progress, VertexName vertex, StepLogs logs) {
    this.progress = progress;
    this.vertex = vertex;
    this.logs = logs;
  }

  /** Standard output (1) or error (2) of the step. */
  OutputStream stream(int number) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        accept(number, bytes, offset, length);
      }
    };
  }

  private synchronized void accept(int number, byte[] bytes, int offset, int length)
      throws IOException {
    if (log == null) {
      log = logs.open(vertex.name());
    }
    log.out().write(bytes, offset, length);
    for (int i = offset; i < offset + length; i++) {
      if (bytes[i] == '\n') {
        endLine();
      } else if (line.size() < KEPT_COLUMNS) {
        line.write(bytes[i]);
      }
    }
    progress.output(vertex, number, java.util.Arrays.copyOfRange(bytes, offset, offset + length));
  }

  private void endLine() {
    lines.addLast(line.toString(StandardCharsets.UTF_8).stripTrailing());
    line.reset();
    if (lines.size() > KEPT_LINES) {
      lines.removeFirst();
    }
  }

  /** The last lines of both streams. */
  synchronized List<String> lastLines() {
    if (line.size() > 0) {
      endLine();
    }
    return List.copyOf(lines);
  }

  /** The file that holds all of it; empty when nothing was printed. */
  synchronized Optional<Path> file() {
    return Optional.ofNullable(log).map(StepLogs.Log::file);
  }

  @Override
  public synchronized void close() throws IOException {
    if (log != null) {
      log.out().close();
    }
  }
}
