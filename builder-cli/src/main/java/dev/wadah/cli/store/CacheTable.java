package dev.wadah.cli.store;

import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.cli.image.GoSize;
import dev.wadah.cli.image.GoTime;
import dev.wadah.cli.image.Table;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Entries of the build cache as buildx lists them. */
final class CacheTable {
  /** Buildx's ids are so long. */
  private static final int ID_LENGTH = 25;

  private final PrintStream out;
  private final Instant now;

  CacheTable(PrintStream out, Instant now) {
    this.out = out;
    this.now = now;
  }

  /** What is gone, as {@code buildx prune} prints it. */
  void removed(List<Entry> entries, boolean verbose) {
    if (verbose) {
      entries.forEach(this::detail);
    } else if (!entries.isEmpty()) {
      out.println("ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED");
      for (Entry entry : entries) {
        out.printf(
            "%-40s\t%-5s\t%-10s\t%s%n",
            id(entry), !entry.is(Trait.IN_USE), size(entry), GoTime.ago(entry.used(), now));
      }
    }
  }

  /** What is there, as {@code buildx du} prints it. */
  void present(List<Entry> entries, boolean verbose) {
    if (verbose) {
      entries.forEach(this::detail);
    } else if (!entries.isEmpty()) {
      Table table = new Table().add("ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED");
      for (Entry entry : entries) {
        table.add(
            id(entry),
            Boolean.toString(!entry.is(Trait.IN_USE)),
            size(entry),
            GoTime.ago(entry.used(), now));
      }
      table.print(out);
    }
  }

  /** For templates and JSON, with buildx's names for what is known. */
  List<Map<String, Object>> views(List<Entry> entries) {
    List<Map<String, Object>> views = new ArrayList<>();
    for (Entry entry : entries) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("CreatedAt", GoTime.plain(entry.created()));
      view.put("Description", entry.description());
      view.put("ID", entry.id());
      view.put("LastUsedAt", GoTime.ago(entry.used(), now));
      view.put("Reclaimable", !entry.is(Trait.IN_USE));
      view.put("Shared", entry.is(Trait.SHARED));
      view.put("Size", GoSize.of(entry.bytes(), 4));
      view.put("Type", entry.kind().toString());
      views.add(view);
    }
    return views;
  }

  /** A star says that others share it. */
  private static String size(Entry entry) {
    return GoSize.of(entry.bytes(), 4) + (entry.is(Trait.SHARED) ? "*" : "");
  }

  private void detail(Entry entry) {
    out.printf("ID:\t\t%s%n", entry.id());
    out.printf("Created at:\t%s%n", GoTime.plain(entry.created()));
    out.printf("Reclaimable:\t%s%n", !entry.is(Trait.IN_USE));
    out.printf("Shared:\t\t%s%n", entry.is(Trait.SHARED));
    out.printf("Size:\t\t%s%n", GoSize.of(entry.bytes(), 4));
    out.printf("Description:\t%s%n", entry.description());
    out.printf("Last used:\t%s%n", GoTime.ago(entry.used(), now));
    out.printf("Type:\t\t%s%n%n", entry.kind());
  }

  static String id(Entry entry) {
    return entry.id().substring(0, Math.min(ID_LENGTH, entry.id().length()));
  }
}
