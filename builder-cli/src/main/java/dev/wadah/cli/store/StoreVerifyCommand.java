package dev.wadah.cli.store;

import dev.wadah.build.cache.CacheStore;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.engine.Engine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** {@code wadah store verify}: whether everything in the store is what its name says. */
public final class StoreVerifyCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
        "store verify",
        "[FLAGS]",
        "Recompute every digest of the store and follow every name; exit code 1 if anything is"
            + " wrong.");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (!arguments.positional().isEmpty()) {
      throw new UsageException(
          "\"store verify\" takes no arguments", "", "wadah store verify --help");
    }
    Engine engine = session.engine();
    List<String> problems = new ArrayList<>(engine.content().verify());
    problems.addAll(engine.layers().verify());
    problems.addAll(engine.images().verify());
    problems.addAll(new CacheStore(engine.store(), engine.layers()).verify());
    PrintStream out = session.console().out();
    if (!problems.isEmpty()) {
      problems.forEach(out::println);
      return ExitCode.FAILED;
    }
    out.printf(
        "the store is whole: %s, %s, %s%n",
        count(engine.content().list().size(), "blob"),
        count(engine.layers().list().size(), "layer"),
        count(engine.images().list().size(), "image"));
    return ExitCode.OK;
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
