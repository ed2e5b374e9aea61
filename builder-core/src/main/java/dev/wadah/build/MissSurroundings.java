package dev.wadah.build;

import dev.wadah.build.explain.Surroundings;
import dev.wadah.build.share.SharedCaches;
import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.engine.Engine;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What explanations of one build need to know of it. */
final class MissSurroundings implements Surroundings {
  private final Engine engine;
  private final BuildRequest request;
  private final SharedCaches shared;

  MissSurroundings(Engine engine, BuildRequest request, SharedCaches shared) {
    this.engine = engine;
    this.request = request;
    this.shared = shared;
  }

  @Override
  public String dockerfile() {
    String context = request.context().context();
    boolean here = !context.contains("://") && Files.isDirectory(Path.of(context));
    String place = here ? Path.of(context).toAbsolutePath().normalize().toString() : context;
    return place + "\n" + request.context().dockerfile().orElse("Dockerfile");
  }

  @Override
  public String freshness(String stage) {
    Set<String> filter = request.cache().noCacheFilter();
    return request.cache().noCache() || !filter.contains(stage.toLowerCase(Locale.ROOT))
        ? "--no-cache"
        : "--no-cache-filter=" + stage;
  }

  @Override
  public Optional<Digest> digest(String reference) throws IOException {
    return engine.images().target(reference).map(target -> target.digest());
  }

  @Override
  public Optional<String> sharedCaches() {
    if (request.cache().from().isEmpty()) {
      return Optional.empty();
    }
    List<Diagnostic> problems = shared.withWarnings(List.of());
    return Optional.of(problems.isEmpty() ? "no shared cache has it" : problems.get(0).message());
  }
}
