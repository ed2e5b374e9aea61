package dev.wadah.cli.store;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/** {@code wadah store verify}: recomputes every digest. */
public final class VerifyCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
        "store verify",
        "",
        "Recompute the digest of every blob and layer. Exit code 1 if one is wrong.");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Engine engine = session.engine();
    List<String> problems = new ArrayList<>();
    if (engine.content() instanceof DirectoryContentStore directory) {
      problems.addAll(directory.verify());
    }
    problems.addAll(engine.layers().verify());
    problems.forEach(session.console().err()::println);
    if (problems.isEmpty()) {
      session
          .console()
          .out()
          .println(
              "%s is whole: %d blobs and %d layers are what they are called"
                  .formatted(
                      engine.store().root(),
                      engine.content().list().size(),
                      engine.layers().list().size()));
      return ExitCode.OK;
    }
    session.console().err().println(problems.size() + " wrong");
    return ExitCode.FAILED;
  }
}
