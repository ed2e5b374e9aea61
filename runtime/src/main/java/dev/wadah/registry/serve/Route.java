package dev.wadah.registry.serve;

import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageReference;

/**
 * What an address of the API means.
 *
 * @param kind which part of the API
 * @param repository its path; empty where there is none
 * @param item digest, tag or upload; empty where there is none
 */
record Route(Kind kind, String repository, String item) {
  enum Kind {
    ROOT,
    CATALOG,
    TAGS,
    MANIFEST,
    BLOB,
    UPLOAD,
    REFERRERS
  }

  /**
   * Reads a path such as {@code /v2/a/b/blobs/sha256:...}.
   *
   * @throws Fault if it is not of the API, or the repository's name cannot be one
   */
  static Route of(String path) throws Fault {
    if (path.equals("/v2") || path.equals("/v2/")) {
      return new Route(Kind.ROOT, "", "");
    }
    if (path.equals("/v2/_catalog")) {
      return new Route(Kind.CATALOG, "", "");
    }
    if (!path.startsWith("/v2/")) {
      throw new Fault(404, "UNSUPPORTED", "not found");
    }
    String rest = path.substring(4);
    if (rest.endsWith("/tags/list")) {
      return new Route(Kind.TAGS, repository(rest, "/tags/list"), "");
    }
    int uploads = rest.lastIndexOf("/blobs/uploads");
    if (uploads > 0) {
      String id = rest.substring(uploads + "/blobs/uploads".length());
      return new Route(Kind.UPLOAD, checked(rest.substring(0, uploads)), id.replaceFirst("^/", ""));
    }
    Route found = last(rest, "/manifests/", Kind.MANIFEST);
    found = found == null ? last(rest, "/blobs/", Kind.BLOB) : found;
    found = found == null ? last(rest, "/referrers/", Kind.REFERRERS) : found;
    if (found == null) {
      throw new Fault(404, "UNSUPPORTED", "not found");
    }
    return found;
  }

  private static String repository(String rest, String suffix) throws Fault {
    return checked(rest.substring(0, rest.length() - suffix.length()));
  }

  private static Route last(String rest, String word, Kind kind) throws Fault {
    int at = rest.lastIndexOf(word);
    return at <= 0
        ? null
        : new Route(kind, checked(rest.substring(0, at)), rest.substring(at + word.length()));
  }

  /** Refuses names that are none, so that no path leads out of the folder. */
  static String checked(String repository) throws Fault {
    try {
      ImageReference parsed = ImageReference.parse("registry.invalid/" + repository);
      if (parsed.path().equals(repository)) {
        return repository;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new Fault(400, "NAME_INVALID", "invalid repository name: " + repository);
  }

  /** The item as a digest. */
  Digest digest() throws Fault {
    return digest(item);
  }

  static Digest digest(String text) throws Fault {
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      throw Fault.invalidDigest(text);
    }
  }

  /** The item as a tag. */
  String tag() throws Fault {
    try {
      return ImageReference.parse("registry.invalid/x:" + item).tag().orElseThrow();
    } catch (IllegalArgumentException e) {
      throw new Fault(400, "TAG_INVALID", "invalid tag: " + item);
    }
  }

  boolean isDigest() {
    return item.indexOf(':') >= 0;
  }
}
