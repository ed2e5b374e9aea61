package dev.wadah.build;

import dev.wadah.build.context.IgnoreRules;
import dev.wadah.build.graph.InstructionGraph;
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
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * Runs the build checks over a Dockerfile alone: all of its stages, or those that a target needs;
 * no base image is looked at.
 */
public final class DockerfileLint {
  private final Subject subject;
  private final Build build;

  private DockerfileLint(Subject subject, Build build) {
    this.subject = subject;
    this.build = build;
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
   * The build that is meant.
   *
   * @param buildArgs its build arguments
   * @param target the stage that it builds; empty: all stages are checked
   */
  public record Build(Map<String, String> buildArgs, Optional<String> target) {
    public Build {
      buildArgs = Map.copyOf(buildArgs);
    }
  }

  /**
   * The findings, and why a build could not start.
   *
   * @param skip rules that are skipped beside those that the file skips
   * @throws IOException if the ignore file cannot be read
   */
  public static CheckReport check(Subject subject, Build build, Set<String> skip)
      throws IOException {
    try {
      return new DockerfileLint(subject, build).run(skip);
    } catch (BuildException e) {
      return new CheckReport(subject.source(), List.of(), e.diagnostics(), false);
    }
  }

  private Dockerfile parse() throws BuildException {
    try {
      Dockerfile dockerfile = DockerfileParser.parse(subject.source());
      Frontend.check(dockerfile, build.buildArgs());
      return dockerfile;
    } catch (DockerfileException e) {
      Frontend.checkUnreadable(subject.source(), build.buildArgs());
      throw new BuildException(e.diagnostics());
    }
  }

  private CheckOptions options(Dockerfile dockerfile, Set<String> skip) throws BuildException {
    try {
      CheckOptions given = CheckOptions.of(dockerfile, build.buildArgs());
      Set<String> skipped = new HashSet<>(given.skip());
      skipped.addAll(skip);
      return new CheckOptions(skipped, given.experimental(), given.findingsAreErrors());
    } catch (DockerfileException e) {
      throw new BuildException(e.diagnostics());
    }
  }

  private CheckReport run(Set<String> skip) throws BuildException, IOException {
    Dockerfile dockerfile = parse();
    CheckOptions options = options(dockerfile, skip);
    PlanRequest plan = planRequest(dockerfile);
    List<Diagnostic> errors = List.of();
    IntPredicate stages = stage -> true;
    try {
      InstructionGraph graph = Planner.plan(plan, DockerfileLint::anyImage, new VertexTable());
      if (build.target().isPresent()) {
        stages = stage -> graph.stages().stream().anyMatch(planned -> planned.index() == stage);
      }
    } catch (BuildException e) {
      errors = e.diagnostics();
    }
    return new CheckReport(
        subject.source(),
        BuildChecks.run(dockerfile, options, checkContext(plan, stages)),
        errors,
        options.findingsAreErrors());
  }

  private PlanRequest planRequest(Dockerfile dockerfile) {
    return new PlanRequest(
        dockerfile,
        new PlanRequest.Target(
            build.target(), Optional.empty(), Platform.host(), PlanRequest.Naming.PLAIN),
        build.buildArgs(),
        Map.of(),
        new PlanRequest.Steps(Op.Network.DEFAULT, List.of(), ENTITLEMENTS),
        Map.of(),
        PlanRequest.Fresh.NOTHING);
  }

  /** Those are for whoever builds to give. */
  private static final Set<String> ENTITLEMENTS = Set.of("network.host", "security.insecure");

  private CheckContext checkContext(PlanRequest plan, IntPredicate stages)
      throws BuildException, IOException {
    Predicate<String> ignored =
        subject.context().isPresent()
            ? IgnoreRules.of(subject.context().get(), subject.file())
            : path -> false;
    return new CheckContext(
        build.buildArgs(),
        PlatformArguments.of(plan.target(), build.buildArgs()),
        stages,
        stage -> Optional.empty(),
        ignored,
        Checks::isImageName);
  }

  /** Every base image is taken for an empty one, if its name is one. */
  private static ImageConfig anyImage(String reference, Platform platform) throws BuildException {
    StoredImages.reference(reference);
    return ImageConfig.scratch(platform);
  }
}
