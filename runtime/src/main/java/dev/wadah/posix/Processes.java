package dev.wadah.posix;

import java.io.IOException;

/**
 * Processes with chosen descriptors, which {@link ProcessBuilder} cannot give: spawning, pipes,
 * waiting, and the terminal. Descriptors are plain numbers here, always close-on-exec; who opens
 * one closes it. Safe for use by several threads, except the relay of signals.
 */
public final class Processes {
  /** For {@link #open}: read only. */
  public static final int READ = 0;

  /** For {@link #open}: read and write. */
  public static final int READ_WRITE = 2;

  static {
    Natives.load();
  }

  private Processes() {}

  /**
   * Starts a program; cheap, whatever the size of the heap. All signals have their default action
   * and none is blocked.
   *
   * @param program path; not looked up
   * @param arguments argv with the name first
   * @param environment KEY=value
   * @param descriptors what becomes 0, 1, 2, ... of the child, at most 16; nothing else is passed
   *     on that is close-on-exec
   * @return its pid, to be given to {@link #waitFor} once
   */
  public static native int spawn(
      String program, String[] arguments, String[] environment, int[] descriptors)
      throws IOException;

  /** Waits for a child: its exit code, or 128+n when signal n killed it. */
  public static native int waitFor(int pid) throws IOException;

  /** Sends a signal; a process that is no more is no error. */
  public static native void kill(int pid, int signal) throws IOException;

  /** A pipe: the end to read, the end to write. */
  public static native int[] pipe() throws IOException;

  /** Opens an existing file with {@link #READ} or {@link #READ_WRITE}. */
  public static native int open(String path, int flags) throws IOException;

  public static native void close(int descriptor);

  /** Reads what is there, waiting for at least a byte; -1 at the end. */
  public static native int read(int descriptor, byte[] to, int offset, int length)
      throws IOException;

  /** Writes all of it. */
  public static native void write(int descriptor, byte[] from, int offset, int length)
      throws IOException;

  /**
   * Waits until one of the descriptors (at most 16, negative ones are passed over) can be read or
   * has ended.
   *
   * @param timeoutMillis at most this long; -1 for ever
   * @return a bit for each that is ready, the first being 1; 0 after the timeout or a signal
   */
  public static native int poll(int[] descriptors, int timeoutMillis) throws IOException;

  /**
   * A copy of a program in memory that nobody can change any more, as a descriptor; it is started
   * as {@code /proc/self/fd/N}. A container that got hold of its launcher's file through /proc can
   * thus not overwrite it (CVE-2019-5736).
   */
  public static native int sealedCopy(String path) throws IOException;

  /**
   * Ends this process at once with a code of 0 to 255: no shutdown hook runs, and nobody waits for
   * the JVM's compilers and other threads, which {@link Runtime#halt} does in steps of 10 ms.
   */
  public static native void exit(int code);

  public static native boolean isTerminal(int descriptor);

  /**
   * The size of a terminal: rows in the upper 16 bits, columns in the lower ones; 0 when it is none
   * or does not know.
   */
  public static native int terminalSize(int descriptor);

  /** The settings of a terminal, for {@link #restoreTerminal}; null when it is none. */
  public static native byte[] terminalState(int descriptor);

  /** Puts back what {@link #terminalState} gave. */
  public static native void restoreTerminal(int descriptor, byte[] state) throws IOException;

  /**
   * From now on, signals that would end this process (and SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT) are
   * written to the descriptor, a byte with the number for each, instead. One relay at a time.
   *
   * @throws PosixException EBUSY when there is one already
   */
  public static native void relaySignals(int descriptor) throws IOException;

  /** Ends the relay; the former actions are in force again. Idempotent. */
  public static native void stopRelay();

  /**
   * From now on SIGHUP, SIGINT and SIGTERM end this process at once, as if nobody had ever asked
   * for them; those that are ignored stay so.
   */
  public static native void dieOfSignals();
}
