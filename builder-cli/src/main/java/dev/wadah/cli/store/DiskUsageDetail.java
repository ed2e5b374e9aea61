package dev.wadah.cli.store;

import dev.wadah.build.gc.Entry;
import dev.wadah.build.gc.Entry.Kind;
import dev.wadah.build.gc.Entry.Trait;
import dev.wadah.build.gc.Usage;
import dev.wadah.cli.image.GoSize;
import dev.wadah.cli.image.GoTime;
import dev.wadah.cli.image.Table;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything in a store one by one, as {@code docker system df -v} shows it. */
final class DiskUsageDetail {
  private static final int SHORT_ID = 12;
  private static final int SHORT_DESCRIPTION = 60;

  private final Usage usage;
  private final Instant now;

  DiskUsageDetail(Usage usage, Instant now) {
    this.usage = usage;
    this.now = now;
  }

  /** The lists that docker has there, with docker's names for what is known of each. */
  Map<String, Object> view() {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("Images", images());
    view.put("Containers", containers());
    view.put("Volumes", volumes());
    view.put("BuildCache", cache());
    return view;
  }

  /** A table for each list. */
  void print(PrintStream out) {
    out.printf("Images space usage:%n%n");
    Table images =
        new Table()
            .add(
                "REPOSITORY",
                "TAG",
                "IMAGE ID",
                "CREATED",
                "SIZE",
                "SHARED SIZE",
                "UNIQUE SIZE",
                "CONTAINERS");
    for (Map<String, String> image : images()) {
      images.add(
          image.get("Repository"),
          image.get("Tag"),
          cut(image.get("ID").replace("sha256:", ""), SHORT_ID),
          image.get("CreatedSince"),
          image.get("Size"),
          image.get("SharedSize"),
          image.get("UniqueSize"),
          image.get("Containers"));
    }
    images.print(out);
    Usage.Line containers = usage.lines().get(1);
    out.printf("%nContainers space usage:%n%n");
    new Table()
        .add("RUNNING", "SIZE")
        .add(Integer.toString(containers.total()), GoSize.of(containers.bytes(), 4))
        .print(out);
    out.printf("%nLocal Volumes space usage:%n%n");
    Table volumes = new Table().add("VOLUME NAME", "LINKS", "SIZE");
    for (Map<String, String> volume : volumes()) {
      volumes.add(volume.get("Name"), volume.get("Links"), volume.get("Size"));
    }
    volumes.print(out);
    printCache(out);
    out.printf("%nLogs and half-made things: %s%n", GoSize.of(usage.restBytes(), 4));
  }

  private void printCache(PrintStream out) {
    out.printf("%nBuild cache usage: %s%n%n", GoSize.of(usage.lines().get(3).bytes(), 4));
    Table table =
        new Table()
            .add("CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "SHARED", "DESCRIPTION");
    for (Map<String, String> entry : cache()) {
      table.add(
          cut(entry.get("ID"), SHORT_ID),
          entry.get("CacheType"),
          entry.get("Size"),
          entry.get("CreatedSince"),
          entry.get("LastUsedSince"),
          entry.get("Shared"),
          cut(entry.get("Description"), SHORT_DESCRIPTION));
    }
    table.print(out);
  }

  private static String cut(String text, int length) {
    return text.substring(0, Math.min(length, text.length()));
  }

  /** One for each name. */
  private List<Map<String, String>> images() {
    List<Map<String, String>> images = new ArrayList<>();
    for (Entry image : of(Kind.NAMED_IMAGE, Kind.DANGLING_IMAGE)) {
      String names = image.description().isEmpty() ? "<none>:<none>" : image.description();
      for (String name : names.split(" ", -1)) {
        images.add(image(image, name));
      }
    }
    return images;
  }

  private Map<String, String> image(Entry image, String name) {
    int colon = name.lastIndexOf(':');
    boolean tagged = colon > name.lastIndexOf('/');
    long shared = usage.sharedBytes(image);
    Map<String, String> view = new LinkedHashMap<>();
    view.put("Containers", image.is(Trait.IN_USE) ? "1" : "0");
    view.put("CreatedAt", GoTime.plain(image.created()));
    view.put("CreatedSince", GoTime.ago(image.created(), now));
    view.put("ID", image.id());
    view.put("Repository", tagged ? name.substring(0, colon) : name);
    view.put("SharedSize", GoSize.of(shared, 4));
    view.put("Size", GoSize.of(image.bytes(), 4));
    view.put("Tag", tagged ? name.substring(colon + 1) : "<none>");
    view.put("UniqueSize", GoSize.of(image.bytes() - shared, 4));
    view.put("VirtualSize", GoSize.of(image.bytes(), 4));
    return view;
  }

  /** Only that they run, and of what: the sizes are those of all together. */
  private List<Map<String, String>> containers() {
    List<Map<String, String>> containers = new ArrayList<>();
    for (String image : usage.containers()) {
      Map<String, String> view = new LinkedHashMap<>();
      view.put("Image", image);
      view.put("State", "running");
      containers.add(view);
    }
    return containers;
  }

  private List<Map<String, String>> volumes() {
    List<Map<String, String>> volumes = new ArrayList<>();
    for (Entry volume : of(Kind.ANONYMOUS_VOLUME, Kind.NAMED_VOLUME)) {
      Map<String, String> view = new LinkedHashMap<>();
      view.put("Driver", "local");
      view.put("Links", volume.is(Trait.IN_USE) ? "1" : "0");
      view.put("Name", volume.description());
      view.put("Scope", "local");
      view.put("Size", GoSize.of(volume.bytes(), 4));
      volumes.add(view);
    }
    return volumes;
  }

  private List<Map<String, String>> cache() {
    List<Map<String, String>> cache = new ArrayList<>();
    for (Entry entry : usage.entries()) {
      if (entry.kind().isCache()) {
        Map<String, String> view = new LinkedHashMap<>();
        view.put("CacheType", entry.kind().toString());
        view.put("CreatedAt", GoTime.plain(entry.created()));
        view.put("CreatedSince", GoTime.ago(entry.created(), now));
        view.put("Description", entry.description());
        view.put("ID", entry.id());
        view.put("InUse", Boolean.toString(entry.is(Trait.IN_USE)));
        view.put("LastUsedAt", GoTime.plain(entry.used()));
        view.put("LastUsedSince", GoTime.ago(entry.used(), now));
        view.put("Shared", Boolean.toString(entry.is(Trait.SHARED)));
        view.put("Size", GoSize.of(entry.bytes(), 4));
        cache.add(view);
      }
    }
    return cache;
  }

  private List<Entry> of(Kind one, Kind other) {
    return usage.entries().stream()
        .filter(entry -> entry.kind() == one || entry.kind() == other)
        .sorted(Comparator.comparing(Entry::created).reversed())
        .toList();
  }
}
