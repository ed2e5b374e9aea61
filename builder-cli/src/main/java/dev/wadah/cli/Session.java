package dev.wadah.cli;

import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What a command works with: the console, and the engine over the chosen store. */
public final class Session {
  private final Console console;
  private final Optional<Path> root;
  private Engine engine;

  Session(Console console, Optional<Path> root) {
    this.console = console;
    this.root = root;
  }

  public Console console() {
    return console;
  }

  /** The store's folder: {@code --root}, else {@code $WADAH_HOME}, else the default. */
  public Path root() {
    return root.orElseGet(Store::defaultRoot);
  }

  /** The engine, opened at the first call. Used from the command's thread only. */
  public Engine engine() throws IOException {
    if (engine == null) {
      engine = Engine.open(root());
    }
    return engine;
  }
}
