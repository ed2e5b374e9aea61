package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.Session;
import dev.wadah.cli.image.GoSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** What all prune commands do: ask, collect, say what is gone. Words and order are docker's. */
final class Prune {
  private static final String DRY_RUN = "dry-run";

  private final Session session;
  private final Console console;
  private final boolean forced;
  private final boolean dry;

  Prune(Arguments arguments, Session session) {
    this.session = session;
    this.console = session.console();
    this.forced = arguments.has("force");
    this.dry = arguments.has(DRY_RUN);
  }

  /** The flags of all of them. */
  static CommandModel addTo(CommandModel model) {
    return addDryRunTo(model.flag("Do not ask", "-f", "--force"));
  }

  /** The flag of those that do not ask. */
  static CommandModel addDryRunTo(CommandModel model) {
    return model.flag("Say what would be removed, and remove nothing", "--" + DRY_RUN);
  }

  static boolean isDry(Arguments arguments) {
    return arguments.has(DRY_RUN);
  }

  /** The time that ages are counted from. */
  static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }

  /**
   * Asks on standard output, unless {@code --force} or {@code --dry-run} is given.
   *
   * @param warning what is going to happen, with the blank or line end before the question
   * @return whether the answer begins with y
   */
  boolean isWanted(String warning) throws IOException {
    if (forced || dry) {
      return true;
    }
    console.out().print("WARNING! " + warning + "Are you sure you want to continue? [y/N] ");
    console.out().flush();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    for (int c = console.in().read(); c >= 0 && c != '\n'; c = console.in().read()) {
      answer.write(c);
    }
    String text = answer.toString(StandardCharsets.UTF_8).strip();
    return text.equalsIgnoreCase("y");
  }

  /** Removes what the wishes ask for, or finds out what that would be. */
  Collected collect(List<Wish> wishes) throws IOException {
    Collector collector = Collector.open(session.root(), now());
    if (dry) {
      console.err().println("wadah: note: a dry run, nothing is removed");
      return collector.preview(wishes);
    }
    Collected collected = collector.collect(wishes);
    if (collected.heldBytes() > 0) {
      console
          .err()
          .println(
              "wadah: note: %s stays for now: commands that are running may be using it"
                  .formatted(GoSize.of(collected.heldBytes(), 4)));
    }
    return collected;
  }

  /** The removed images, names first. */
  void listImages(Collected collected) {
    PrintStream out = console.out();
    List<Entry> images = of(collected, Kind.DANGLING_IMAGE, Kind.NAMED_IMAGE);
    if (images.isEmpty()) {
      return;
    }
    out.println("Deleted Images:");
    for (Entry image : images) {
      if (!image.description().isEmpty()) {
        for (String name : image.description().split(" ", -1)) {
          out.println("untagged: " + name);
        }
      }
      out.println("deleted: " + image.id());
    }
    out.println();
  }

  /** The removed volumes. */
  void listVolumes(Collected collected) {
    list(collected, "Deleted Volumes:", Kind.ANONYMOUS_VOLUME, Kind.NAMED_VOLUME);
  }

  /** The removed cache entries, by id. */
  void listCache(Collected collected) {
    list(
        collected,
        "Deleted build cache objects:",
        Kind.REGULAR,
        Kind.CACHE_MOUNT,
        Kind.DOWNLOAD,
        Kind.CHECKOUT,
        Kind.CONTEXT,
        Kind.INDEX,
        Kind.COMPRESSED);
  }

  private void list(Collected collected, String heading, Kind... kinds) {
    List<Entry> entries = of(collected, kinds);
    if (!entries.isEmpty()) {
      console.out().println(heading);
      entries.forEach(entry -> console.out().println(entry.id()));
      console.out().println();
    }
  }

  /** The last line. */
  void total(Collected collected) {
    console
        .out()
        .println(
            "Total %s space: %s"
                .formatted(
                    dry ? "reclaimable" : "reclaimed", GoSize.of(collected.freedBytes(), 4)));
  }

  private static List<Entry> of(Collected collected, Kind... kinds) {
    List<Kind> wanted = List.of(kinds);
    return collected.removed().stream().filter(e -> wanted.contains(e.kind())).toList();
  }
}
