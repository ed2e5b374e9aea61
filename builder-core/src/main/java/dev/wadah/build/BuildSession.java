package dev.wadah.build;

import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.build.context.BuildContext;
import dev.wadah.build.context.BuildContexts;
import dev.wadah.build.context.RemoteSources;
import dev.wadah.build.exec.StepRunner;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.PlanRequest;
import dev.wadah.build.graph.PlanRequest.NamedContext;
import dev.wadah.build.graph.Planner;
import dev.wadah.build.graph.PlatformArguments;
import dev.wadah.build.graph.VertexTable;
import dev.wadah.content.Leases;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Dockerfile;
import dev.wadah.dockerfile.DockerfileException;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.Stage;
import dev.wadah.engine.Engine;
import dev.wadah.oci.Platform;
import dev.wadah.profile.Phase;
import dev.wadah.profile.Profile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One build's Dockerfile, contexts and plan; closing closes the contexts. */
final class BuildSession implements StepRunner.Sources, Closeable {
  private static final String EPOCH = "SOURCE_DATE_EPOCH";

  private final Engine engine;
  private final BuildRequest request;
  private final BuildContexts opener;
  private final BuildContext main;
  private final Dockerfile dockerfile;
  private final Map<String, NamedContext> named;
  private final RemoteSources remote;
  private final Map<String, BuildContext> open = new HashMap<>();
  private final Leases.Lease lease;

  private BuildSession(
      Engine engine,
      Leases.Lease lease,
      BuildRequest request,
      BuildContexts opener,
      BuildContext main,
      Dockerfile file)
      throws BuildException {
    this.engine = engine;
    this.lease = lease;
    this.request = request;
    this.opener = opener;
    this.main = main;
    this.dockerfile = file;
    this.named = NamedContexts.of(request.context().named());
    this.remote = new RemoteSources(engine.store(), request.context().environment());
  }

  /**
   * Opens the main context and parses its Dockerfile; holds a lease on the store until closed.
   *
   * @param stdin what {@code -} stands for
   */
  static BuildSession open(Engine engine, BuildRequest request, InputStream stdin)
      throws BuildException, IOException {
    Leases.Lease lease = engine.store().leases().take();
    BuildSession session = null;
    try {
      session = open(engine, lease, request, new BuildContexts(engine.store(), stdin));
      return session;
    } finally {
      if (session == null) {
        lease.close();
      }
    }
  }

  private static BuildSession open(
      Engine engine, Leases.Lease lease, BuildRequest request, BuildContexts opener)
      throws BuildException, IOException {
    long start = System.nanoTime();
    BuildContext.Main main;
    try {
      main = opener.openMain(request.context(), request.secrets());
    } finally {
      Profile.spent(Phase.OPEN, start);
    }
    boolean ready = false;
    try {
      start = System.nanoTime();
      Dockerfile file;
      try {
        file = DockerfileParser.parse(main.dockerfile());
      } finally {
        Profile.spent(Phase.PARSE, start);
      }
      Frontend.check(file, request.target().buildArgs());
      BuildSession session = new BuildSession(engine, lease, request, opener, main.context(), file);
      ready = true;
      return session;
    } catch (DockerfileException e) {
      Frontend.checkUnreadable(main.dockerfile(), request.target().buildArgs());
      throw new BuildException(e.diagnostics());
    } finally {
      if (!ready) {
        main.context().close();
      }
    }
  }

  BuildRequest request() {
    return request;
  }

  Dockerfile dockerfile() {
    return dockerfile;
  }

  /** The build checks for this build. */
  Checks checks() {
    return new Checks(planRequest(request.target().platforms().stream().findFirst()), main);
  }

  /** The stage that is built, without looking at any base image. */
  Stage targetStage() throws BuildException {
    return Planner.target(planRequest(Optional.empty()));
  }

  /** The predefined arguments of this build's first platform. */
  Map<String, String> platformArguments() {
    PlanRequest plan = planRequest(request.target().platforms().stream().findFirst());
    return PlatformArguments.of(plan.target(), plan.buildArgs());
  }

  /** The time of everything, when the build was given one. */
  Optional<Instant> epoch() throws BuildException {
    String argument = request.target().buildArgs().get(EPOCH);
    if (argument == null || argument.isEmpty()) {
      return request.target().epoch().map(Instant::ofEpochSecond);
    }
    try {
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(argument)));
    } catch (NumberFormatException e) {
      throw new BuildException(
          List.of(
              Diagnostic.error(
                  "bad-epoch",
                  "%s=\"%s\" is no number of seconds".formatted(EPOCH, argument),
                  "it is a Unix time stamp",
                  "write for instance --build-arg %s=$(git log -1 --pretty=%%ct)"
                      .formatted(EPOCH))));
    }
  }

  /** A graph per platform, in the order asked for. */
  Map<Platform, InstructionGraph> plan() throws BuildException, IOException {
    TargetRequest target = request.target();
    Map<Platform, InstructionGraph> graphs = new LinkedHashMap<>();
    VertexTable vertices = new VertexTable();
    StoredImages images = new StoredImages(engine, target.pull());
    if (target.platforms().isEmpty()) {
      PlanRequest plan = planRequest(Optional.empty());
      InstructionGraph graph = Planner.plan(plan, images, vertices);
      graphs.put(graph.image().platform(), graph);
    }
    for (Platform platform : target.platforms()) {
      PlanRequest plan = planRequest(Optional.of(platform));
      graphs.put(platform, Planner.plan(plan, images, vertices));
    }
    return graphs;
  }

  private PlanRequest planRequest(Optional<Platform> platform) {
    TargetRequest target = request.target();
    Map<String, String> buildArgs = new HashMap<>(target.buildArgs());
    target.epoch().ifPresent(seconds -> buildArgs.putIfAbsent(EPOCH, seconds.toString()));
    boolean several = target.platforms().size() > 1;
    return new PlanRequest(
        dockerfile,
        new PlanRequest.Target(
            target.stage(),
            platform,
            Platform.host(),
            several ? PlanRequest.Naming.WITH_PLATFORM : PlanRequest.Naming.PLAIN),
        buildArgs,
        named,
        steps(),
        request.naming().labels(),
        new PlanRequest.Fresh(request.cache().noCache(), freshStages()));
  }

  private Set<String> freshStages() {
    return request.cache().noCacheFilter().stream()
        .map(s -> s.toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  private PlanRequest.Steps steps() {
    BuildRequest.StepRequest steps = request.steps();
    Set<String> entitlements = new java.util.HashSet<>(steps.allow());
    if (steps.network().equals("host")) {
      // Whoever says --network=host on the command line allows it.
      entitlements.add("network.host");
    }
    return new PlanRequest.Steps(
        Op.Network.valueOf(steps.network().toUpperCase(Locale.ROOT)),
        steps.addHosts().stream().map(BuildSession::host).toList(),
        entitlements,
        steps.copies());
  }

  /** NAME:ADDRESS or NAME=ADDRESS, where the address may hold colons and be in brackets. */
  private static String host(String text) {
    int equals = text.indexOf('=');
    int split = equals >= 0 ? equals : text.indexOf(':');
    String name = split < 0 ? text : text.substring(0, split);
    String address = split < 0 ? "" : text.substring(split + 1);
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    // Steps share this machine's network, so its gateway is the machine itself.
    return name + " " + (address.equals("host-gateway") ? "127.0.0.1" : address);
  }

  @Override
  public BuildContext context(String name) throws BuildException, IOException {
    if (name.isEmpty()) {
      return main;
    }
    synchronized (open) {
      BuildContext known = open.get(name);
      if (known == null) {
        String written = NamedContexts.written(request.context().named(), name);
        known = opener.openNamed(written, request.context(), request.secrets());
        open.put(name, known);
      }
      return known;
    }
  }

  @Override
  public RemoteSources.Fetched http(Op.Http op) throws BuildException, IOException {
    return remote.http(op.url(), op.checksum(), request.secrets());
  }

  @Override
  public RemoteSources.Fetched git(Op.Git op) throws BuildException, IOException {
    return remote.git(op.url(), op.keepGitDir(), op.checksum(), request.secrets());
  }

  @Override
  public void close() throws IOException {
    try (lease;
        main) {
      for (BuildContext context : open.values()) {
        context.close();
      }
    }
  }
}
