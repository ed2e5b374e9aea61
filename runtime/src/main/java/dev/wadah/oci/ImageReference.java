package dev.wadah.oci;

import java.util.Optional;

/**
 * A normalised image reference, {@code domain/path[:tag][@digest]} (distribution/reference).
 *
 * @param domain such as docker.io or localhost:5000
 * @param path such as library/busybox
 * @param tag the tag; empty when there is none
 * @param digest the digest; empty when there is none
 */
public record ImageReference(
    String domain, String path, Optional<String> tag, Optional<Digest> digest) {
  /** The registry of names that name none. */
  public static final String DEFAULT_DOMAIN = "docker.io";

  private static final String OFFICIAL = "library/";

  /**
   * Parses a reference as a user writes it: {@code busybox} becomes docker.io/library/busybox with
   * tag latest (unless it has a digest).
   *
   * @throws IllegalArgumentException naming the fault in docker's words
   */
  public static ImageReference parse(String text) {
    ImageReference named = ReferenceGrammar.parseNormalised(text);
    return named.tag.isEmpty() && named.digest.isEmpty() ? named.withTag("latest") : named;
  }

  /**
   * As {@link #parse}, but a name without a tag stays without one: docker.io/library/busybox.
   *
   * @throws IllegalArgumentException naming the fault in docker's words
   */
  public static ImageReference parseUntagged(String text) {
    return ReferenceGrammar.parseNormalised(text);
  }

  /** As docker shows it: {@code busybox:latest}. */
  public String familiar() {
    return familiarRepository()
        + tag.map(t -> ":" + t).orElse("")
        + digest.map(d -> "@" + d).orElse("");
  }

  /** The repository as docker shows it: {@code busybox}. */
  public String familiarRepository() {
    if (!domain.equals(DEFAULT_DOMAIN)) {
      return repository();
    }
    String rest = path.startsWith(OFFICIAL) ? path.substring(OFFICIAL.length()) : path;
    return rest.indexOf('/') < 0 ? rest : path;
  }

  /** The same repository with this tag and no digest. */
  public ImageReference withTag(String newTag) {
    return new ImageReference(domain, path, Optional.of(newTag), Optional.empty());
  }

  /** The same repository with this digest and no tag. */
  public ImageReference withDigest(Digest newDigest) {
    return new ImageReference(domain, path, Optional.empty(), Optional.of(newDigest));
  }

  /** {@code domain/path}. */
  public String repository() {
    return domain + "/" + path;
  }

  /** The full form. */
  @Override
  public String toString() {
    return repository() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
