package dev.wadah.build.graph;

import dev.wadah.dockerfile.Diagnostic;
import dev.wadah.dockerfile.Stage;
import dev.wadah.oci.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The stages of a file with their expanded FROM lines, by name and by index. */
final class StageTable {
  private final List<Entry> entries = new ArrayList<>();
  private final Map<String, Entry> byName = new HashMap<>();

  /**
   * A stage.
   *
   * @param base image or stage after expansion
   * @param parent the stage that it continues
   * @param platform of FROM
   */
  record Entry(Stage stage, String base, Optional<Entry> parent, Optional<Platform> platform) {
    /** Its name, or {@code stage-N}. */
    String label() {
      return stage.from().as().map(w -> w.text()).orElse("stage-" + stage.index());
    }

    boolean isScratch() {
      return parent.isEmpty() && base.equals("scratch");
    }
  }

  StageTable(PlanScope scope) {
    List<Diagnostic> errors = new ArrayList<>();
    for (Stage stage : scope.request().dockerfile().stages()) {
      try {
        add(entry(scope, stage));
      } catch (Complaint e) {
        errors.add(e.diagnostic());
      }
    }
    if (!errors.isEmpty()) {
      throw new Complaints(errors);
    }
  }

  private Entry entry(PlanScope scope, Stage stage) {
    var from = stage.from();
    String base = scope.expand(from.image(), scope.globals());
    if (base.isEmpty()) {
      throw scope.complaint(
          "blank-base",
          "base name (%s) should not be blank".formatted(from.image().text()),
          from.image().span(),
          "FROM needs an image or a stage; only ARGs before the first FROM are known to it",
          "give the ARG a default, or pass it with --build-arg");
    }
    Optional<Platform> platform =
        from.platform().map(word -> platform(scope, word, scope.expand(word, scope.globals())));
    // A stage that is called scratch wins, though the build checks advise against the name.
    Optional<Entry> parent = find(base);
    return new Entry(stage, base, parent, platform);
  }

  private static Platform platform(
      PlanScope scope, dev.wadah.dockerfile.Word word, String expanded) {
    if (expanded.isEmpty()) {
      throw scope.complaint(
          "blank-platform",
          "empty platform value from expression %s".formatted(word.text()),
          word.span(),
          "--platform of FROM sees the ARGs before the first FROM and the platform arguments",
          "declare the ARG before FROM, or use $BUILDPLATFORM or $TARGETPLATFORM");
    }
    try {
      return Platform.parse(expanded);
    } catch (IllegalArgumentException e) {
      throw scope.complaint(
          "invalid-platform",
          "failed to parse platform %s: %s".formatted(expanded, e.getMessage()),
          word.span(),
          "a platform is os/architecture or os/architecture/variant",
          "write for instance linux/amd64 or linux/arm64");
    }
  }

  private void add(Entry entry) {
    entries.add(entry);
    // A repeated name means the later stage from here on.
    entry.stage().name().ifPresent(name -> byName.put(name, entry));
  }

  List<Entry> all() {
    return entries;
  }

  Optional<Entry> find(String name) {
    return Optional.ofNullable(byName.get(name.toLowerCase(Locale.ROOT)));
  }

  /** The names of all named stages as written. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (Entry entry : entries) {
      entry.stage().from().as().ifPresent(w -> names.add(w.text()));
    }
    return names;
  }
}
