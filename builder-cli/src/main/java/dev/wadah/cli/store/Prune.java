package dev.wadah.cli.store;

import dev.wadah.build.gc.Collected;
import dev.wadah.build.gc.Collector;
import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Wish;
import dev.wadah.cli.Arguments;
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
  private final Session session;
  private final Console console;

  Prune(Session session) {
    this.session = session;
    this.console = session.console();
  }

  /** The time that ages are counted from. */
  static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }

  /**
   * Asks on standard output, unless {@code --force} is given.
   *
   * @param warning what is going to happen, with the blank or line end before the question
   * @return whether the answer begins with y
   */
  boolean isWanted(Arguments arguments, String warning) throws IOException {
    if (arguments.has("force")) {
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

  /** Removes what the wishes ask for. */
  Collected collect(List<Wish> wishes) throws IOException {
    Collected collected = Collector.open(session.root(), now()).collect(wishes);
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
    console.out().println("Total reclaimed space: " + GoSize.of(collected.freedBytes(), 4));
  }

  private static List<Entry> of(Collected collected, Kind... kinds) {
    List<Kind> wanted = List.of(kinds);
    return collected.removed().stream().filter(e -> wanted.contains(e.kind())).toList();
  }
}
