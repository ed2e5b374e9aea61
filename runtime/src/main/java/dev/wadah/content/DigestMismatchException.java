package dev.wadah.content;

import dev.wadah.oci.Digest;
import java.io.IOException;

/** Content does not have the digest that was promised. */
public final class DigestMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Digest expected;
  private final transient Digest actual;

  public DigestMismatchException(String what, Digest expected, Digest actual) {
    super("%s: expected %s, but the content is %s".formatted(what, expected, actual));
    this.expected = expected;
    this.actual = actual;
  }

  /** What the content should have. */
  public Digest expected() {
    return expected;
  }

  /** What it has. */
  public Digest actual() {
    return actual;
  }
}
