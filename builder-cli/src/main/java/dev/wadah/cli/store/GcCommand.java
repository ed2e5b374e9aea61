package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.GcSettings;
import dev.wadah.build.gc.Limits;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.image.GoSize;
import java.io.IOException;
import java.nio.file.Files;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** {@code wadah gc}: keeps the store within its limits. Builds start it once a day. */
public final class GcCommand implements Command {
  /** For tests that simulate a year: what counts as now, such as 2027-01-31T12:00:00Z. */
  private static final String CLOCK = "WADAH_TEST_GC_NOW";

  @Override
  public CommandModel model() {
    CommandModel model =
        CommandModel.of(
                "gc",
                "[FLAGS]",
                "Keep the store within its limits: those of its gc.conf, or those of the flags.")
            .flag("Say nothing, and do nothing while another one runs", "-q", "--quiet");
    return LimitFlags.addTo(Prune.addDryRunTo(model));
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    LimitFlags.parse(arguments, session, Limits.NONE); // a wrong flag is wrong without a store, too
    if (!Files.isDirectory(session.root())) {
      return ExitCode.OK; // no store, no garbage
    }
    GcSettings settings = settings(session);
    List<Wish> wishes =
        LimitFlags.given(arguments)
            ? settings.wishes(LimitFlags.parse(arguments, session, settings.limits()))
            : settings.wishes();
    Console console = session.console();
    Collector collector = Collector.open(session.root(), now(console));
    if (arguments.has("quiet") && !Prune.isDry(arguments)) {
      collector.collectUnlessAnotherDoes(wishes);
      collector.sync();
      return ExitCode.OK;
    }
    boolean dry = Prune.isDry(arguments);
    Collected collected = dry ? collector.preview(wishes) : collector.collect(wishes);
    if (!dry) {
      collector.sync();
    }
    console
        .out()
        .println(
            "%s %d entries, %s %s%s"
                .formatted(
                    dry ? "would remove" : "removed",
                    collected.removed().size(),
                    dry ? "reclaim" : "reclaimed",
                    GoSize.of(collected.freedBytes(), 4),
                    collected.heldBytes() == 0
                        ? ""
                        : "; %s stays, since running commands may use it"
                            .formatted(GoSize.of(collected.heldBytes(), 4))));
    return ExitCode.OK;
  }

  private static GcSettings settings(Session session) throws IOException, CommandException {
    try {
      return GcSettings.read(session.root());
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "bad-gc-settings", e.getMessage(), "", "correct the line, or remove it for the default");
    }
  }

  private static Instant now(Console console) throws CommandException {
    String text = console.environment().get(CLOCK);
    try {
      return text == null || text.isEmpty() ? Prune.now() : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new CommandException(
          "bad-clock", "%s=\"%s\" is no time".formatted(CLOCK, text), "", "unset it");
    }
  }
}
