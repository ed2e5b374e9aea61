package dev.wadah.container;

import dev.wadah.posix.PosixException;
import dev.wadah.posix.Processes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A running launcher, its pipes, and what it has reported so far. */
final class LauncherProcess implements AutoCloseable {
  /** How long an interrupt may stay unnoticed. */
  private static final int PATIENCE_MILLIS = 50;

  private static final int EPIPE = 32;
  private static final int STATUS = 0;

  private final int pid;
  private int control;

  /** Status, output, error; -1 for one that has ended or was never there. */
  private final int[] incoming;

  private final byte[] buffer = new byte[16384];
  private final LauncherReport report = new LauncherReport();
  private boolean interrupted;

  private LauncherProcess(int pid, int control, int[] incoming) {
    this.pid = pid;
    this.control = control;
    this.incoming = incoming;
  }

  /**
   * Starts the launcher and hands it its list.
   *
   * @param program path of the launcher
   * @param list the operations, as {@link OperationList#toBytes()} gives them
   * @param input descriptor that becomes its standard input
   * @param output where its output and error go
   * @param more descriptors that become 5 and up
   */
  static LauncherProcess start(String program, byte[] list, int input, Output output, int... more)
      throws IOException {
    int[] control = Processes.pipe();
    int[] status = Processes.pipe();
    int[] out = output == Output.PIPES ? Processes.pipe() : new int[] {-1, 1};
    int[] err = output == Output.PIPES ? Processes.pipe() : new int[] {-1, 2};
    LauncherProcess process;
    try {
      int[] usual = {input, out[1], err[1], control[0], status[1]};
      int[] descriptors = Arrays.copyOf(usual, usual.length + more.length);
      System.arraycopy(more, 0, descriptors, usual.length, more.length);
      int pid =
          Processes.spawn(program, new String[] {"wadah-launcher"}, new String[0], descriptors);
      process = new LauncherProcess(pid, control[1], new int[] {status[0], out[0], err[0]});
    } catch (IOException e) {
      for (int descriptor : new int[] {control[1], status[0], out[0], err[0]}) {
        closeOwn(descriptor);
      }
      throw e;
    } finally {
      closeOwn(control[0]);
      closeOwn(status[1]);
      closeOwn(out[1]);
      closeOwn(err[1]);
    }
    process.send(list);
    return process;
  }

  /** A launcher that has already ended, without reading all of it, has reported why. */
  private void send(byte[] list) throws IOException {
    try {
      Processes.write(control, list, 0, list.length);
    } catch (PosixException e) {
      if (e.errno() != EPIPE) {
        close();
        throw e;
      }
    }
  }

  /** Where the container's output goes. */
  enum Output {
    PIPES,
    INHERITED
  }

  private static void closeOwn(int descriptor) {
    if (descriptor > 2) {
      Processes.close(descriptor);
    }
  }

  /** The descriptor to which signals for the container are written, a byte each. */
  int control() {
    return control;
  }

  LauncherReport report() {
    return report;
  }

  /** Copies output until the container has ended; an interrupt kills it, and the end is awaited. */
  void await(OutputStream out, OutputStream err) throws IOException {
    while (report.exitCode() < 0 && incoming[STATUS] >= 0) {
      step(out, err);
    }
    // Whatever it wrote before it ended is still in the pipes.
    while (incoming[1] >= 0 || incoming[2] >= 0) {
      step(out, err);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the container was stopped");
    }
  }

  /**
   * Waits until everything is mounted that is to be held; 0 when the launcher has ended instead.
   *
   * @return the process in whose mount namespace it is
   */
  int awaitHeld() throws IOException {
    OutputStream nobody = OutputStream.nullOutputStream();
    while (report.holder() == 0 && incoming[STATUS] >= 0 && !interrupted) {
      step(nobody, nobody);
    }
    return report.holder();
  }

  private void step(OutputStream out, OutputStream err) throws IOException {
    int ready = Processes.poll(incoming, PATIENCE_MILLIS);
    if (Thread.interrupted()) {
      interrupted = true;
      kill();
    }
    for (int i = 0; i < incoming.length; i++) {
      if ((ready & 1 << i) != 0) {
        receive(i, i == 1 ? out : err);
      }
    }
  }

  private void receive(int index, OutputStream to) throws IOException {
    int length = Processes.read(incoming[index], buffer, 0, buffer.length);
    if (length < 0) {
      Processes.close(incoming[index]);
      incoming[index] = -1;
    } else if (index == STATUS) {
      report.add(buffer, length);
    } else {
      to.write(buffer, 0, length);
    }
  }

  /** The launcher takes the end of its control pipe as the order to kill everything. */
  void kill() {
    if (control >= 0) {
      Processes.close(control);
      control = -1;
    }
  }

  /** Ends the launcher, and with it the container, and waits until both are gone. */
  @Override
  public void close() throws IOException {
    kill();
    for (int descriptor : incoming) {
      closeOwn(descriptor);
    }
    Processes.waitFor(pid);
  }
}
