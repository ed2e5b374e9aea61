package dev.wadah.image;

import java.io.IOException;

/** An image cannot be found, read or written as asked; the message is for the user. */
public final class ImageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String why;
  private final String remedy;

  public ImageException(String message) {
    this(message, "", "");
  }

  /**
   * With what a user can do about it.
   *
   * @param why the reason behind the message
   * @param remedy such as a command
   */
  public ImageException(String message, String why, String remedy) {
    super(message);
    this.why = why;
    this.remedy = remedy;
  }

  public ImageException(String message, Throwable cause) {
    super(message, cause);
    this.why = "";
    this.remedy = "";
  }

  /** The reason behind the message; empty where the message says all. */
  public String why() {
    return why;
  }

  /** What to do about it; empty where nothing is known. */
  public String remedy() {
    return remedy;
  }
}
