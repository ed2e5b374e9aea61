package dev.wadah.build;

import dev.wadah.build.context.BuildContext;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.PlanRequest;
import dev.wadah.build.graph.PlatformArguments;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.Instruction;
import dev.wadah.dockerfile.Stage;
import dev.wadah.dockerfile.check.BuildChecks;
import dev.wadah.dockerfile.check.CheckContext;
import dev.wadah.dockerfile.check.CheckOptions;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Runs the build checks over what a build is going to build. */
final class Checks {
  private static final String PLATFORM_RULE = "InvalidBaseImagePlatform";

  private final PlanRequest plan;
  private final BuildContext context;

  Checks(PlanRequest plan, BuildContext context) {
    this.plan = plan;
    this.context = context;
  }

  /**
   * The findings in the stages that the graphs need.
   *
   * @throws BuildException with the findings, if the file says that they are errors, or if its
   *     check directive is malformed
   */
  List<Diagnostic> run(Collection<InstructionGraph> graphs) throws BuildException {
    List<Diagnostic> findings = findings(graphs);
    if (!findings.isEmpty() && options().findingsAreErrors()) {
      throw new BuildException(findings.stream().map(Checks::asError).toList());
    }
    return findings;
  }

  /** The findings, whatever the file makes of them; without graphs those of all stages. */
  List<Diagnostic> findings(Collection<InstructionGraph> graphs) throws BuildException {
    List<Diagnostic> findings =
        new ArrayList<>(BuildChecks.run(plan.dockerfile(), options(), checkContext(graphs)));
    if (!options().skip().contains("all") && !options().skip().contains(PLATFORM_RULE)) {
      for (InstructionGraph graph : graphs) {
        graph.stages().forEach(stage -> checkPlatform(stage, findings));
      }
    }
    return findings;
  }

  /** BuildKit's check of what a registry or the store gave, which no look at the file can tell. */
  private void checkPlatform(InstructionGraph.PlannedStage stage, List<Diagnostic> findings) {
    if (stage.base().isEmpty() || stage.expected().preference(stage.base().get().platform()) >= 0) {
      return;
    }
    Instruction.From from = plan.dockerfile().stages().get(stage.index()).from();
    findings.add(
        new Diagnostic(
            PLATFORM_RULE,
            Diagnostic.Severity.WARNING,
            "Base image %s was pulled with platform \"%s\", expected \"%s\" for current build"
                .formatted(from.image().text(), stage.base().get().platform(), stage.expected()),
            Optional.of(plan.dockerfile().source()),
            Optional.of(from.image().span()),
            "the only image of this name that could be had is for another platform",
            "pull it for the platform that you want, or name the other one with --platform",
            "https://docs.docker.com/go/dockerfile/rule/invalid-base-image-platform/"));
  }

  /** What the file, or a build argument, says of the checks. */
  CheckOptions options() throws BuildException {
    try {
      return CheckOptions.of(plan.dockerfile(), plan.buildArgs());
    } catch (DockerfileException e) {
      throw new BuildException(e.diagnostics());
    }
  }

  private CheckContext checkContext(Collection<InstructionGraph> graphs) {
    Set<Integer> needed = new HashSet<>();
    Map<Integer, ImageConfig> bases = new HashMap<>();
    for (InstructionGraph graph : graphs) {
      for (InstructionGraph.PlannedStage stage : graph.stages()) {
        needed.add(stage.index());
        stage.base().ifPresent(image -> bases.put(stage.index(), image));
      }
    }
    return new CheckContext(
        plan.buildArgs(),
        PlatformArguments.of(plan.target(), plan.buildArgs()),
        index -> graphs.isEmpty() || needed.contains(index),
        stage -> base(bases, stage),
        path -> context.hiddenBy(path.startsWith("/") ? path : "/" + path).isPresent(),
        Checks::isImageName);
  }

  private static Optional<CheckContext.Base> base(Map<Integer, ImageConfig> bases, Stage stage) {
    return Optional.ofNullable(bases.get(stage.index()))
        .map(
            image ->
                new CheckContext.Base(
                    environment(image.container().env()),
                    image.container().process().shell().isPresent(),
                    image.container().lifecycle().onBuild()));
  }

  private static Map<String, String> environment(List<String> env) {
    Map<String, String> map = new HashMap<>();
    for (String variable : env) {
      int equals = variable.indexOf('=');
      map.put(
          equals < 0 ? variable : variable.substring(0, equals),
          equals < 0 ? "" : variable.substring(equals + 1));
    }
    return map;
  }

  /** Whether a text can name an image. */
  static boolean isImageName(String text) {
    try {
      ImageReference.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Diagnostic asError(Diagnostic d) {
    return new Diagnostic(
        d.code(),
        Diagnostic.Severity.ERROR,
        d.message(),
        d.source(),
        d.span(),
        d.why(),
        d.remedy(),
        d.url());
  }

  /** A failure together with the warnings that came before it: they may explain it. */
  static BuildException joined(BuildException failure, List<Diagnostic> warnings) {
    List<Diagnostic> all = new ArrayList<>(failure.diagnostics());
    all.addAll(warnings);
    return new BuildException(all);
  }
}
