package dev.wadah.cli.registry;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.DiagnosticText;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.image.Lookup;
import dev.wadah.cli.image.WantedPlatform;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageException;
import dev.wadah.image.transfer.ImageTransfer;
import dev.wadah.image.transfer.ImageTransfer.Pulled;
import dev.wadah.oci.ImageReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code wadah pull}. */
public final class PullCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of("pull", "[FLAGS] NAME[:TAG|@DIGEST]", "Fetch an image from a registry.")
        .value("PLATFORM", "Which image of an index (default: this machine's)", "--platform")
        .flag("Fetch all tags of the repository", "-a", "--all-tags")
        .flag("Print the name only", "-q", "--quiet")
        .flag("Understood for docker's sake", "--disable-content-trust")
        .arguments("NAME[:TAG|@DIGEST]", "0..*", "What to fetch");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.positional().size() != 1) {
      throw new UsageException("\"pull\" takes one name", "", "wadah pull busybox");
    }
    String text = arguments.positional().get(0);
    ImageReference name = Lookup.reference(text);
    boolean tagged = Lookup.isTaggedOrDigested(text);
    boolean all = arguments.has("all-tags");
    if (all && tagged) {
      throw new UsageException(
          "a tag cannot be used with --all-tags", "", "wadah pull -a " + name.familiarRepository());
    }
    WantedPlatform platform = WantedPlatform.of(arguments.value("platform"));
    Console console = session.console();
    boolean quiet = arguments.has("quiet");
    if (!all && !tagged && !quiet) {
      console.out().println("Using default tag: latest");
    }
    Pulling pulling = new Pulling(session.engine(), platform, console, quiet);
    return all ? pulling.all(name) : pulling.one(name);
  }

  /** One command's pulls. */
  private static final class Pulling {
    private final Engine engine;
    private final WantedPlatform platform;
    private final Console console;
    private final boolean quiet;
    private final List<String> warnings = new ArrayList<>();

    Pulling(Engine engine, WantedPlatform platform, Console console, boolean quiet) {
      this.engine = engine;
      this.platform = platform;
      this.console = console;
      this.quiet = quiet;
    }

    int one(ImageReference name) throws IOException {
      Pulled pulled = pull(name);
      String shown = name.digest().map(name::withDigest).orElse(name).familiar();
      end(pulled.isNew(), shown, name.toString());
      return ExitCode.OK;
    }

    /** Each tag in turn; one that is no image, such as a signature, does not stop the others. */
    int all(ImageReference repository) throws IOException {
      boolean isNew = false;
      int code = ExitCode.OK;
      for (String tag : engine.registry().tags(repository)) {
        try {
          isNew |= pull(repository.withTag(tag)).isNew();
        } catch (ImageException e) {
          code = ExitCode.FAILED;
          DiagnosticText.print(
              new CommandException("not-pulled", e.getMessage(), "", "").diagnostic(), console);
        }
      }
      end(isNew, repository.familiarRepository(), repository.repository());
      return code;
    }

    private Pulled pull(ImageReference name) throws IOException {
      ImageReference shown = name.digest().map(name::withDigest).orElse(name);
      Pulled pulled;
      if (quiet) {
        pulled = pull(name, TransferDisplay.NONE);
      } else {
        try (HeadedDisplay display =
            new HeadedDisplay(console.out(), shown, () -> TransferDisplay.ofPull(console))) {
          pulled = pull(name, display);
          display.head();
        }
        console.out().println("Digest: " + pulled.target().digest());
        platform.mismatch(shown.familiar(), pulled.image()).ifPresent(warnings::add);
      }
      return pulled;
    }

    private Pulled pull(ImageReference name, TransferDisplay display) throws IOException {
      return new ImageTransfer(engine.content(), engine.images(), engine.registry())
          .pull(name, platform.platform(), display);
    }

    private void end(boolean isNew, String shown, String full) {
      if (!quiet) {
        String status = isNew ? "Downloaded newer image for " : "Image is up to date for ";
        console.out().println("Status: " + status + shown);
        warnings.forEach(warning -> console.out().println("WARNING: " + warning));
      }
      console.out().println(full);
    }
  }
}
