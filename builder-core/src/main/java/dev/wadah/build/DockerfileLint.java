package dev.wadah.build;

import dev.wadah.build.context.IgnoreRules;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.PlanRequest;
import dev.wadah.build.graph.Planner;
import dev.wadah.build.graph.PlatformArguments;
import dev.wadah.build.graph.VertexTable;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.check.BuildChecks;
import dev.wadah.dockerfile.check.CheckContext;
import dev.wadah.dockerfile.check.CheckOptions;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Runs the build checks over a Dockerfile alone: all of its stages, and no base image is looked at.
 */
public final class DockerfileLint {
  private final Subject subject;
  private final Map<String, String> buildArgs;

  private DockerfileLint(Subject subject, Map<String, String> buildArgs) {
    this.subject = subject;
    this.buildArgs = buildArgs;
  }

  /**
   * What is looked at.
   *
   * @param source name and text
   * @param file where it lies; empty for standard input
   * @param context the folder whose ignore file counts; empty: none does
   */
  public record Subject(SourceFile source, Optional<Path> file, Optional<Path> context) {}

  /**
   * The findings, and why a build could not start.
   *
   * @param skip rules that are skipped beside those that the file skips
   * @throws IOException if the ignore file cannot be read
   */
  public static CheckReport check(Subject subject, Map<String, String> buildArgs, Set<String> skip)
      throws IOException {
    try {
      return new DockerfileLint(subject, buildArgs).run(skip);
    } catch (DockerfileException e) {
      return new CheckReport(subject.source(), List.of(), e.diagnostics(), false);
    } catch (BuildException e) {
      return new CheckReport(subject.source(), List.of(), e.diagnostics(), false);
    }
  }

  private CheckReport run(Set<String> skip)
      throws DockerfileException, BuildException, IOException {
    Dockerfile dockerfile = DockerfileParser.parse(subject.source());
    Frontend.check(dockerfile, buildArgs);
    CheckOptions given = CheckOptions.of(dockerfile, buildArgs);
    Set<String> skipped = new HashSet<>(given.skip());
    skipped.addAll(skip);
    CheckOptions options =
        new CheckOptions(skipped, given.experimental(), given.findingsAreErrors());
    PlanRequest plan = planRequest(dockerfile);
    return new CheckReport(
        subject.source(),
        BuildChecks.run(dockerfile, options, checkContext(plan)),
        planErrors(plan),
        options.findingsAreErrors());
  }

  private PlanRequest planRequest(Dockerfile dockerfile) {
    return new PlanRequest(
        dockerfile,
        new PlanRequest.Target(
            Optional.empty(), Optional.empty(), Platform.host(), PlanRequest.Naming.PLAIN),
        buildArgs,
        Map.of(),
        new PlanRequest.Steps(Op.Network.DEFAULT, List.of(), ENTITLEMENTS),
        Map.of(),
        PlanRequest.Fresh.NOTHING);
  }

  /** Those are for whoever builds to give. */
  private static final Set<String> ENTITLEMENTS = Set.of("network.host", "security.insecure");

  private CheckContext checkContext(PlanRequest plan) throws BuildException, IOException {
    Predicate<String> ignored =
        subject.context().isPresent()
            ? IgnoreRules.of(subject.context().get(), subject.file())
            : path -> false;
    return new CheckContext(
        buildArgs,
        PlatformArguments.of(plan.target(), buildArgs),
        stage -> true,
        stage -> Optional.empty(),
        ignored,
        DockerfileLint::isImageName);
  }

  /** What the plan of the last stage complains of, with every base image taken for an empty one. */
  private static List<Diagnostic> planErrors(PlanRequest plan) throws IOException {
    try {
      Planner.plan(plan, DockerfileLint::anyImage, new VertexTable());
      return List.of();
    } catch (BuildException e) {
      return e.diagnostics();
    }
  }

  private static ImageConfig anyImage(String reference, Platform platform) {
    return ImageConfig.scratch(platform);
  }

  private static boolean isImageName(String text) {
    try {
      ImageReference.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
