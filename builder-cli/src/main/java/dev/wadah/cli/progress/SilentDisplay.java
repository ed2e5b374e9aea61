package dev.wadah.cli.progress;

/** Shows nothing. */
final class SilentDisplay implements Display {
  @Override
  public void close() {
    // Nothing was shown.
  }
}
