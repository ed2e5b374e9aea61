package dev.wadah.registry.serve;

import dev.wadah.oci.Descriptor;
import dev.wadah.oci.Digest;
import dev.wadah.oci.Index;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers requests for manifests, indexes and referrers. */
final class Manifests {
  /** The largest manifest that is taken, as in other registries. */
  static final int MAX_MANIFEST_BYTES = 4 << 20;

  private final Storage storage;

  Manifests(Storage storage) {
    this.storage = storage;
  }

  void manifest(Route route, Exchange exchange) throws IOException {
    switch (exchange.method()) {
      case "GET", "HEAD" -> get(route, exchange);
      case "PUT" -> put(route, exchange);
      case "DELETE" -> delete(route, exchange);
      default -> throw Fault.unsupported(exchange.method() + " of a manifest");
    }
  }

  private void get(Route route, Exchange exchange) throws IOException {
    Digest digest = resolve(route);
    Optional<String> type = storage.mediaType(route.repository(), digest);
    if (type.isEmpty()) {
      throw Fault.unknownManifest(route.item());
    }
    exchange.header("Docker-Content-Digest", digest.toString());
    exchange.reply(200, type.get(), Files.readAllBytes(storage.blob(digest)));
  }

  private Digest resolve(Route route) throws IOException {
    if (route.isDigest()) {
      return route.digest();
    }
    Optional<String> digest = storage.tag(route.repository(), route.tag());
    if (digest.isEmpty()) {
      throw Fault.unknownManifest(route.item());
    }
    return Digest.parse(digest.get());
  }

  private void put(Route route, Exchange exchange) throws IOException {
    byte[] bytes;
    try (InputStream in = exchange.body()) {
      bytes = in.readNBytes(MAX_MANIFEST_BYTES + 1);
    }
    if (bytes.length > MAX_MANIFEST_BYTES) {
      throw new Fault(413, "SIZE_INVALID", "a manifest may have 4 MiB");
    }
    Digest digest = Digest.of(bytes);
    if (route.isDigest() && !route.digest().equals(digest)) {
      throw new Fault(400, "DIGEST_INVALID", "the manifest is " + digest);
    }
    Optional<Descriptor> subject = requireComplete(route.repository(), bytes);
    String stated = OciJson.mediaTypeOf(bytes);
    String type = exchange.requestHeader("Content-Type").orElse(stated);
    if (MediaTypes.isIndex(type) != MediaTypes.isIndex(stated)) {
      throw new Fault(
          400, "MANIFEST_INVALID", "the header says %s, the manifest %s".formatted(type, stated));
    }
    storage.putManifest(route.repository(), digest, type, bytes);
    if (!route.isDigest()) {
      storage.putTag(route.repository(), route.tag(), digest);
    }
    subject.ifPresent(s -> exchange.header("OCI-Subject", s.digest().toString()));
    exchange.header("Location", "/v2/" + route.repository() + "/manifests/" + digest);
    exchange.header("Docker-Content-Digest", digest.toString());
    exchange.reply(201);
  }

  /** Refuses a manifest whose parts are not here; returns its subject. */
  private Optional<Descriptor> requireComplete(String repository, byte[] bytes) throws IOException {
    try {
      if (MediaTypes.isIndex(OciJson.mediaTypeOf(bytes))) {
        Index index = OciJson.parseIndex(bytes);
        for (Descriptor entry : index.manifests()) {
          if (storage.mediaType(repository, entry.digest()).isEmpty()) {
            throw new Fault(400, "MANIFEST_BLOB_UNKNOWN", "manifest unknown: " + entry.digest());
          }
        }
        return index.subject();
      }
      Manifest manifest = OciJson.parseManifest(bytes);
      List<Descriptor> parts = new ArrayList<>(manifest.layers());
      parts.add(manifest.config());
      for (Descriptor part : parts) {
        boolean foreign = MediaTypes.isForeignLayer(part.mediaType());
        if (!foreign && !storage.hasBlob(repository, part.digest())) {
          throw new Fault(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown: " + part.digest());
        }
      }
      return manifest.subject();
    } catch (IllegalArgumentException e) {
      throw new Fault(400, "MANIFEST_INVALID", e.getMessage());
    }
  }

  private void delete(Route route, Exchange exchange) throws IOException {
    boolean gone =
        route.isDigest()
            ? storage.deleteManifest(route.repository(), route.digest())
            : storage.deleteTag(route.repository(), route.tag());
    if (!gone) {
      throw Fault.unknownManifest(route.item());
    }
    exchange.reply(202);
  }

  /** Lists the manifests whose subject is the route's digest (distribution-spec). */
  void referrers(Route route, Exchange exchange) throws IOException {
    Digest subject = route.digest();
    Optional<String> wanted = exchange.query("artifactType");
    List<Descriptor> found = new ArrayList<>();
    for (Digest digest : storage.manifests(route.repository())) {
      String type = storage.mediaType(route.repository(), digest).orElse("");
      byte[] bytes = Files.readAllBytes(storage.blob(digest));
      Optional<Descriptor> referrer = referrer(subject, type, digest, bytes);
      if (referrer.isPresent()
          && (wanted.isEmpty() || wanted.equals(referrer.get().artifactType()))) {
        found.add(referrer.get());
      }
    }
    if (wanted.isPresent()) {
      exchange.header("OCI-Filters-Applied", "artifactType");
    }
    Index index =
        new Index(MediaTypes.OCI_INDEX, found, Map.of(), Optional.empty(), Optional.empty());
    exchange.reply(200, MediaTypes.OCI_INDEX, OciJson.write(index));
  }

  private static Optional<Descriptor> referrer(
      Digest subject, String type, Digest digest, byte[] bytes) {
    boolean index = MediaTypes.isIndex(type);
    Index asIndex = index ? OciJson.parseIndex(bytes) : null;
    Manifest asManifest = index ? null : OciJson.parseManifest(bytes);
    Optional<Descriptor> refersTo = index ? asIndex.subject() : asManifest.subject();
    if (refersTo.isEmpty() || !refersTo.get().digest().equals(subject)) {
      return Optional.empty();
    }
    Optional<String> artifactType =
        index
            ? asIndex.artifactType()
            : asManifest.artifactType().or(() -> Optional.of(asManifest.config().mediaType()));
    return Optional.of(
        Descriptor.of(type, digest, bytes.length)
            .withAnnotations(index ? asIndex.annotations() : asManifest.annotations())
            .withArtifactType(artifactType));
  }
}
