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

  /**
   * Parses a reference as a user writes it: {@code busybox} becomes docker.io/library/busybox with
   * tag latest (unless it has a digest).
   *
   * @throws IllegalArgumentException naming the fault in docker's words
   */
  public static ImageReference parse(String text) {
    throw new IllegalStateException("pending");
  }

  /** As docker shows it: {@code busybox:latest}. */
  public String familiar() {
    throw new IllegalStateException("pending");
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
