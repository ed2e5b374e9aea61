package dev.wadah.cli.profile;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildResult;
import dev.wadah.cli.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Runs a build, and tells where its time went when a file or the environment asks for that. */
public final class ProfiledBuild {
  private final Optional<Path> file;
  private final Console console;

  /**
   * A build that may be profiled.
   *
   * @param file to write the profile to
   */
  public ProfiledBuild(Optional<Path> file, Console console) {
    this.file = file;
    this.console = console;
  }

  /** What is profiled. */
  @FunctionalInterface
  public interface Build {
    /** Builds, and says what it does to {@code progress}. */
    BuildResult run(BuildProgress progress) throws BuildException, IOException;
  }

  /** Runs {@code build}; a profile of a failed one is written, too. */
  public BuildResult run(BuildProgress progress, Build build) throws BuildException, IOException {
    boolean traced = isTraced(console.environment());
    if (file.isEmpty() && !traced) {
      return build.run(progress);
    }
    BuildProfile profile = new BuildProfile(progress);
    Optional<String> failure = Optional.of("cancelled");
    try {
      BuildResult result = build.run(profile);
      failure = Optional.empty();
      return result;
    } catch (BuildException | IOException e) {
      failure = Optional.ofNullable(e.getMessage());
      throw e;
    } finally {
      BuildProfile.Finished finished = profile.finish();
      if (file.isPresent()) {
        new ProfileDocument(finished).write(file.get());
      }
      if (traced) {
        send(finished, failure);
      }
    }
  }

  /** Whether the environment asks for traces, by the variables that OpenTelemetry defines. */
  private static boolean isTraced(Map<String, String> environment) {
    String exporter = environment.getOrDefault("OTEL_TRACES_EXPORTER", "");
    return !environment.getOrDefault("OTEL_SDK_DISABLED", "").equalsIgnoreCase("true")
        && !exporter.equals("none")
        && (!exporter.isEmpty()
            || !environment.getOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT", "").isEmpty()
            || !environment.getOrDefault("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").isEmpty());
  }

  /** A build does not fail for a collector that is away or variables that are wrong. */
  private void send(BuildProfile.Finished profile, Optional<String> failure) {
    Optional<String> trouble = Traces.send(profile, console.environment(), failure);
    trouble.ifPresent(
        what -> console.err().println("wadah: warning: the trace was not sent: " + what));
  }
}
