package dev.wadah.benchmarks;

import dev.wadah.build.BuildException;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.PlanRequest;
import dev.wadah.build.graph.Planner;
import dev.wadah.build.graph.VertexTable;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Parses and plans a Dockerfile of many instructions, in stages of ten. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(2)
public class PlanBenchmark {
  private static final Platform PLATFORM = Platform.parse("linux/amd64");

  /** Instructions of the file. */
  @Param({"10", "100", "1000"})
  public int instructions;

  private SourceFile source;
  private Dockerfile parsed;

  /** Writes the file: each stage copies from the one before it. */
  @Setup
  public void write() throws DockerfileException {
    StringBuilder text = new StringBuilder("# syntax=docker/dockerfile:1\n");
    for (int i = 0; i < instructions; i++) {
      text.append(instruction(i / 10, i % 10));
    }
    source = new SourceFile("Dockerfile", text.toString());
    parsed = DockerfileParser.parse(source);
  }

  private static String instruction(int stage, int line) {
    return switch (line) {
      case 0 -> "FROM base AS stage%d\n".formatted(stage);
      case 1 -> "ARG VERSION=%d\n".formatted(stage);
      case 2 -> "ENV APP_HOME=/srv/app \\\n    APP_VERSION=${VERSION:-none}\n";
      case 3 -> "WORKDIR $APP_HOME\n";
      case 4 ->
          stage == 0
              ? "COPY --chown=1000:1000 src/ lib/ ./\n"
              : "COPY --from=stage%d /srv/app/out \"/srv/app/in\"\n".formatted(stage - 1);
      case 5 -> "RUN --mount=type=cache,target=/root/.cache make -j4 all \\\n && echo done > out\n";
      case 6 ->
          "LABEL org.example.stage=\"%d\" org.example.version=$APP_VERSION\n".formatted(stage);
      case 7 -> "EXPOSE 8080/tcp 9090-9092/udp\n";
      case 8 -> "USER app:app\n";
      default -> "CMD [\"/srv/app/run\", \"--stage\", \"%d\"]\n".formatted(stage);
    };
  }

  /** Text to tree. */
  @Benchmark
  public Dockerfile parse() throws DockerfileException {
    return DockerfileParser.parse(source);
  }

  /** Tree to graph, with the digests of all vertices. */
  @Benchmark
  public InstructionGraph plan() throws BuildException, IOException {
    return plan(parsed);
  }

  /** Text to graph. */
  @Benchmark
  public InstructionGraph parseAndPlan() throws BuildException, IOException, DockerfileException {
    return plan(DockerfileParser.parse(source));
  }

  private static InstructionGraph plan(Dockerfile dockerfile) throws BuildException, IOException {
    PlanRequest request =
        new PlanRequest(
            dockerfile,
            new PlanRequest.Target(
                Optional.empty(), Optional.empty(), PLATFORM, PlanRequest.Naming.PLAIN),
            Map.of(),
            Map.of(),
            new PlanRequest.Steps(Op.Network.DEFAULT, List.of(), Set.of()),
            Map.of(),
            PlanRequest.Fresh.NOTHING);
    return Planner.plan(
        request, (reference, platform) -> ImageConfig.scratch(platform), new VertexTable());
  }
}
