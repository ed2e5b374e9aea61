package dev.wadah.cli.template;

/** A template is malformed, or does not fit the value. */
public final class TemplateException extends Exception {
  private static final long serialVersionUID = 1L;

  public TemplateException(String message) {
    super(message);
  }
}
