package dev.wadah.cli;

import dev.wadah.content.Leases;
import dev.wadah.content.Store;
import dev.wadah.engine.Engine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a command works with: the console, and the engine over the chosen store. */
public final class Session implements Closeable {
  private final Console console;
  private final Optional<Path> root;
  private Engine engine;
  private Leases.Lease lease;

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

  /**
   * The engine, opened at the first call; from then on the command holds a lease on the store. Used
   * from the command's thread only.
   */
  public Engine engine() throws IOException {
    if (engine == null) {
      Engine opened = Engine.open(root());
      lease = opened.store().leases().take();
      engine = opened;
    }
    return engine;
  }

  /**
   * Says that the command has looked up all that it needs, for those that go on for long.
   *
   * @param pins as for {@link Leases.Lease#settle}
   */
  public void settle(List<String> pins) throws IOException {
    if (lease != null) {
      lease.settle(pins);
    }
  }

  @Override
  public void close() throws IOException {
    if (lease != null) {
      lease.close();
    }
  }
}
