package dev.wadah.build;

import dev.wadah.build.exec.VertexResult;
import dev.wadah.build.graph.InstructionGraph;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.engine.Engine;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an image was made from and how it was asked for, as buildx writes it into a metadata file
 * ({@code buildx.build.provenance}, in its form "min": SLSA provenance 0.2). It is put together
 * only when somebody wants it, while the engine is still open.
 */
public final class Provenance {
  /** What these facts mean is this builder's word, not BuildKit's. */
  private static final String BUILD_TYPE = "urn:dev.wadah:dockerfile:1";

  private static final String BUILDER = "pkg:maven/dev.wadah/builder-core";

  /** Buildx's own switch. */
  private static final String SWITCH = "BUILDX_METADATA_PROVENANCE";

  private final Engine engine;
  private final BuildRequest request;
  private final Map<Platform, InstructionGraph> graphs;
  private final Map<Vertex, VertexResult> results;

  Provenance(
      Engine engine,
      BuildRequest request,
      Map<Platform, InstructionGraph> graphs,
      Map<Vertex, VertexResult> results) {
    this.engine = engine;
    this.request = request;
    this.graphs = graphs;
    this.results = results;
  }

  /** The facts; empty for several platforms, and where the environment says no. */
  public Optional<Map<String, Object>> toMap() throws IOException {
    String wanted = request.context().environment().getOrDefault(SWITCH, "min");
    if (graphs.size() != 1 || wanted.equals("disabled") || wanted.equals("false")) {
      return Optional.empty();
    }
    Map.Entry<Platform, InstructionGraph> only = graphs.entrySet().iterator().next();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("builder", Map.of("id", BUILDER));
    facts.put("buildType", BUILD_TYPE);
    List<Object> materials = materials(only.getValue());
    if (!materials.isEmpty()) {
      facts.put("materials", materials);
    }
    Map<String, Object> invocation = new LinkedHashMap<>();
    String file = request.context().dockerfile().orElse("Dockerfile");
    invocation.put("configSource", Map.of("entryPoint", file));
    invocation.put("parameters", parameters());
    invocation.put("environment", Map.of("platform", only.getKey().toString()));
    facts.put("invocation", invocation);
    return Optional.of(facts);
  }

  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("frontend", "dockerfile.v0");
    Map<String, Object> args = new TreeMap<>();
    request.target().buildArgs().forEach((name, value) -> args.put("build-arg:" + name, value));
    request.naming().labels().forEach((name, value) -> args.put("label:" + name, value));
    request.target().stage().ifPresent(stage -> args.put("target", stage));
    if (!request.steps().network().equals("default")) {
      args.put("force-network-mode", request.steps().network());
    }
    if (request.cache().noCache()) {
      args.put("no-cache", "");
    }
    parameters.put("args", args);
    ids("secrets", request.secrets().secrets(), parameters);
    ids("ssh", request.secrets().ssh(), parameters);
    return parameters;
  }

  /** Names only: a secret is nobody's business. */
  private static void ids(String what, Map<String, ?> given, Map<String, Object> parameters) {
    List<Object> ids = new ArrayList<>();
    for (String id : new TreeSet<>(given.keySet())) {
      ids.add(Map.of("id", id));
    }
    if (!ids.isEmpty()) {
      parameters.put(what, ids);
    }
  }

  private List<Object> materials(InstructionGraph graph) throws IOException {
    Map<String, Object> found = new LinkedHashMap<>();
    for (Vertex vertex : graph.vertices()) {
      if (vertex.op() instanceof Op.Image image) {
        image(image, found);
      } else if (vertex.op() instanceof Op.Http http
          && results.get(vertex) instanceof VertexResult.Fetched fetched) {
        add(withoutUser(http.url()), Map.of("sha256", fetched.key().hex()), found);
      } else if (vertex.op() instanceof Op.Git git) {
        Map<String, Object> digest = new LinkedHashMap<>();
        git.checksum().filter(sum -> sum.length() == 40).ifPresent(sum -> digest.put("sha1", sum));
        add(withoutUser(git.url()), digest, found);
      }
    }
    return new ArrayList<>(found.values());
  }

  private void image(Op.Image image, Map<String, Object> found) throws IOException {
    Optional<Descriptor> target = engine.images().target(image.reference());
    if (target.isEmpty()) {
      return; // such as one from a layout, which has no name here
    }
    ImageReference name = ImageReference.parse(image.reference());
    String text = name.familiarRepository() + name.tag().map(tag -> "@" + tag).orElse("");
    String platform = URLEncoder.encode(image.platform().toString(), StandardCharsets.UTF_8);
    // The name may have moved since, by a pull or a tag of another process.
    boolean same =
        engine
            .images()
            .read(target.get(), image.platform())
            .filter(now -> now.layers().equals(image.layers()))
            .isPresent();
    Map<String, String> digest = same ? Map.of("sha256", target.get().digest().hex()) : Map.of();
    add("pkg:docker/" + text + "?platform=" + platform, digest, found);
  }

  private static void add(String uri, Map<String, ?> digest, Map<String, Object> found) {
    Map<String, Object> material = new LinkedHashMap<>();
    material.put("uri", uri);
    if (!digest.isEmpty()) {
      material.put("digest", digest);
    }
    found.putIfAbsent(uri, material);
  }

  /** A URL without the password that may be in it. */
  private static String withoutUser(String url) {
    int host = url.indexOf("://") + 3;
    int end = url.indexOf('/', host);
    int at = url.lastIndexOf('@', end < 0 ? url.length() : end);
    return host < 3 || at < host ? url : url.substring(0, host) + url.substring(at + 1);
  }
}
