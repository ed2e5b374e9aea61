package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.registry.serve.RegistryServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** {@code wadah registry serve}. */
public final class RegistryServeCommand implements Command {
  private static final int USUAL_PORT = 5000;

  @Override
  public CommandModel model() {
    return CommandModel.of(
            "registry serve",
            "[FLAGS] DIR",
            "Serve a folder as a small OCI registry, for tests and air gaps, until Ctrl-C.")
        .value(
            "[ADDRESS:]PORT", "Where to listen (default: 127.0.0.1:5000; port 0: any)", "--listen")
        .arguments("DIR", "0..*", "The folder; it is made when it is not there");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException(
          "\"registry serve\" takes one folder", "", "wadah registry serve ./images");
    }
    Path folder = Path.of(arguments.positional().get(0));
    InetSocketAddress address = address(arguments.value("listen").orElse("" + USUAL_PORT));
    try (RegistryServer server = RegistryServer.start(folder, address)) {
      session.console().out().println("Serving " + folder + " at " + server.host());
      session.console().out().flush();
      // Ends when Ctrl-C interrupts this thread.
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }

  private static InetSocketAddress address(String text) throws UsageException {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return new InetSocketAddress(colon < 0 ? "127.0.0.1" : text.substring(0, colon), port);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "invalid value \"%s\" for --listen".formatted(text), "", "such as 127.0.0.1:5000");
    }
  }
}
