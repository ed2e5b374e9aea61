package dev.wadah.build.graph;

import dev.wadah.build.BuildException;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** A folder of testdata/builds: a Dockerfile, and the request in {@code request.properties}. */
final class PlanCase {
  private static final Platform MACHINE = Platform.parse("linux/amd64");

  private final Path folder;
  private final Properties properties = new Properties();

  PlanCase(Path folder) throws IOException {
    this.folder = folder;
    Path file = folder.resolve("request.properties");
    if (Files.exists(file)) {
      try (var reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    }
  }

  /** The graph of the case. */
  InstructionGraph plan() throws BuildException, IOException, DockerfileException {
    return plan(Files.readString(folder.resolve("Dockerfile")));
  }

  InstructionGraph plan(String dockerfile) throws BuildException, IOException, DockerfileException {
    PlanRequest request = request(dockerfile);
    return Planner.plan(request, PlanCase::base, new VertexTable());
  }

  private PlanRequest request(String dockerfile) throws DockerfileException {
    Map<String, PlanRequest.NamedContext> contexts = new HashMap<>();
    prefixed("context.")
        .forEach(
            (name, value) ->
                contexts.put(
                    name,
                    value.startsWith("docker-image://")
                        ? new PlanRequest.NamedContext.Image(value.substring(15))
                        : new PlanRequest.NamedContext.Files()));
    return new PlanRequest(
        DockerfileParser.parse(new SourceFile("Dockerfile", dockerfile)),
        new PlanRequest.Target(
            Optional.ofNullable(properties.getProperty("target")),
            Optional.ofNullable(properties.getProperty("platform")).map(Platform::parse),
            MACHINE,
            PlanRequest.Naming.PLAIN),
        prefixed("arg."),
        contexts,
        new PlanRequest.Steps(
            Op.Network.DEFAULT,
            List.of(),
            Set.of(properties.getProperty("allow", "none").split(","))),
        prefixed("label."),
        PlanRequest.Fresh.NOTHING);
  }

  private Map<String, String> prefixed(String prefix) {
    Map<String, String> found = new HashMap<>();
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), properties.getProperty(key));
      }
    }
    return found;
  }

  /** Two images: one with every field set, and a plain one for all other names. */
  private static ImageConfig base(String reference, Platform platform) {
    boolean full = reference.equals("parent");
    ContainerConfig config =
        new ContainerConfig(
            new ContainerConfig.ProcessConfig(
                full ? Optional.of(List.of("entry")) : Optional.empty(),
                Optional.of(List.of("sh")),
                full ? Optional.of(List.of("/bin/ash", "-ec")) : Optional.empty()),
            full
                ? List.of("PATH=/bin", "PARENT=yes")
                : List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            full ? "app" : "",
            full ? "/srv" : "",
            full ? Map.of("tier", "base") : Map.of(),
            new TreeSet<>(),
            new TreeSet<>(),
            new ContainerConfig.Lifecycle(
                Optional.empty(),
                Optional.empty(),
                full ? List.of("COPY trigger /t", "ENV FIRED=$PARENT") : List.of()));
    return new ImageConfig(
        platform,
        Optional.empty(),
        Optional.empty(),
        config,
        List.of(DiffId.parse("sha256:" + "ab".repeat(32))),
        List.of());
  }
}
