package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.registry.Logins;
import dev.wadah.registry.RetryPolicy;

/** {@code wadah logout}. */
public final class LogoutCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("logout", "[HOST]", "Forget the user name and password for a registry.")
        .arguments("HOST", "0..1", "Registry (default: docker.io)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    String host = LoginCommand.host(arguments);
    LoginCommand.warnOfEnvironment(session.console());
    boolean had = new Logins(session.console().environment(), RetryPolicy.DEFAULT).logout(host);
    session
        .console()
        .out()
        .println(had ? "Removing login credentials for " + host : "Not logged in to " + host);
    return ExitCode.OK;
  }
}
