package dev.wadah.container;

import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Runs one container to its end through the launcher. */
public interface Sandbox {
  /**
   * To be asked before anything is prepared for a container: files with many owners fail sooner
   * than it, and do not tell why.
   *
   * @throws SandboxException if this process may make none, with what it lacks
   */
  void require() throws IOException;

  /**
   * Runs a container. Interrupting the thread kills it with everything in it and throws {@link
   * java.io.InterruptedIOException}.
   *
   * @throws SandboxException if it could not be started
   */
  Outcome run(ContainerSpec spec, Io io) throws IOException;

  /**
   * Says that containers whose root has these layers, and perhaps more on top of them, are about to
   * come. What they have in common may be mounted once for all of them, beside whatever else
   * happens. Nothing depends on it but time.
   *
   * @param root as such a container will have it
   */
  void expect(RootMount root) throws IOException;

  /** Whether anything is kept for containers that were expected. */
  boolean isHolding();

  /**
   * Lets go of what is kept for containers that were expected. To be called before the layers may
   * be removed; those that run are not disturbed.
   */
  void release();

  /**
   * How it ended.
   *
   * @param exitCode 0-255; 128+n for signal n
   * @param oomKilled whether the memory limit killed it
   * @param stubs mount points and directories that were made in the root for this run, parents
   *     first
   * @param notes what the machine could not give and the container did without, a sentence each;
   *     for the user as warnings
   */
  record Outcome(int exitCode, boolean oomKilled, List<String> stubs, List<String> notes) {
    public Outcome {
      stubs = List.copyOf(stubs);
      notes = List.copyOf(notes);
    }

    /** An end without notes. */
    public Outcome(int exitCode, boolean oomKilled, List<String> stubs) {
      this(exitCode, oomKilled, stubs, List.of());
    }
  }

  /** Where standard input, output and error go. */
  sealed interface Io {
    /** Input is /dev/null; output is copied to these by the calling thread, as it comes. */
    record Streams(OutputStream out, OutputStream err) implements Io {}

    /**
     * This process's own descriptors 0, 1, 2.
     *
     * @param interactive whether input is passed on, else /dev/null
     * @param terminal whether a pseudo terminal is put between
     */
    record Inherit(boolean interactive, boolean terminal) implements Io {}
  }
}
