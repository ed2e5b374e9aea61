package dev.wadah.cli.profile;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildResult;
import dev.wadah.cli.Console;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Runs a build, and tells where its time went when a file or the environment asks for that. */
public final class ProfiledBuild {
  private final Optional<Path> file;
  private final Console console;

  /**
   * A build that may be profiled.
   *
   * @param file to write the profile to; {@code -}: standard output
   */
  public ProfiledBuild(Optional<Path> file, Console console) {
    this.file = file;
    this.console = console;
  }

  /** Whether a profile that shall go to {@code file} goes to standard output. */
  public static boolean isStandardOutput(Path file) {
    return file.toString().equals("-");
  }

  /** What is profiled. */
  @FunctionalInterface
  public interface Build {
    /** Builds, and says what it does to {@code progress}. */
    BuildResult run(BuildProgress progress) throws BuildException, IOException;
  }

  /** Runs {@code build}; a profile of a failed one is written, too. */
  public BuildResult run(BuildProgress progress, Build build) throws BuildException, IOException {
    Optional<Traces> traces =
        TraceVariables.ofWanted(console.environment())
            .map(variables -> Traces.begin(variables, console.err()));
    if (file.isEmpty() && traces.isEmpty()) {
      return build.run(progress);
    }
    BuildProfile profile = new BuildProfile(progress);
    BuildResult result;
    try {
      result = build.run(profile);
    } catch (BuildException | IOException | RuntimeException e) {
      // What is told of a cancelled build would be cut off as well.
      boolean interrupted = Thread.interrupted();
      boolean cancelled =
          interrupted
              || e instanceof InterruptedIOException
              || e instanceof ClosedByInterruptException;
      try {
        tell(
            profile.finish(),
            traces,
            Optional.of(String.valueOf(e.getMessage())),
            cancelled ? Traces.LITTLE_PATIENCE : Traces.PATIENCE);
      } catch (IOException unwritten) {
        e.addSuppressed(unwritten); // the build's own failure is what the user has to hear of
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
      throw e;
    }
    tell(profile.finish(), traces, Optional.empty(), Traces.PATIENCE);
    return result;
  }

  private void tell(
      BuildProfile.Finished profile,
      Optional<Traces> traces,
      Optional<String> failure,
      Duration patience)
      throws IOException {
    if (file.isPresent()) {
      ProfileDocument document = new ProfileDocument(profile);
      if (isStandardOutput(file.get())) {
        console.out().print(document.text());
      } else {
        document.write(file.get());
      }
    }
    if (traces.isPresent()) {
      for (String warning : traces.get().warnings()) {
        console.err().println("wadah: warning: " + warning);
      }
      // A build does not fail for a collector that is away or variables that are wrong.
      traces
          .get()
          .send(profile, failure, patience)
          .ifPresent(
              why -> console.err().println("wadah: warning: the trace was not sent: " + why));
    }
  }
}
