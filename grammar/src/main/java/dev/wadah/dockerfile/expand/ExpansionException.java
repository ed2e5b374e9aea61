package dev.wadah.dockerfile.expand;

/** A word cannot be expanded. */
public final class ExpansionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int offset;

  public ExpansionException(String message, int offset) {
    super(message);
    this.offset = offset;
  }

  /** 0-based offset into the word. */
  public int offset() {
    return offset;
  }
}
