package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.Misses;
import dev.wadah.build.BuildRequest.SharedCache;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.layer.LayerEntry;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds the cases of testdata/explain; {@code -Dgolden=update} rewrites what is expected. */
@Tag("linux")
@Timeout(120)
class ExplainTest {
  private static final Path CASES = Path.of(System.getProperty("wadah.testdata"), "explain");
  private static final String EXPECTED = "# expected\n";

  @TempDir Path folder;
  private Engine engine;
  private Path context;
  private Image last;

  static Stream<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(CASES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".txt"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @BeforeEach
  void openStore() throws IOException {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    engine = BoxImage.store(folder.resolve("store"));
    context = Files.createDirectory(folder.resolve("context"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void saysWhatTheGoldenSays(String name) throws Exception {
    String text = Files.readString(CASES.resolve(name));
    int end = text.indexOf(EXPECTED) + EXPECTED.length();
    String said = "";
    for (String build : text.substring(0, end - EXPECTED.length()).split("(?m)^# build", -1)) {
      if (!build.isEmpty()) {
        int line = build.indexOf('\n');
        change(build.substring(line + 1));
        said = build(options(build.substring(0, line)));
      }
    }
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(CASES.resolve(name), text.substring(0, end) + said);
    } else {
      assertThat(said).isEqualTo(text.substring(end));
    }
  }

  @Test
  void remembersNoValueOfAVariable() throws Exception {
    change(
        "--- Dockerfile\nFROM box\nARG TOKEN\nARG F\nRUN echo a\nCOPY $F /x\n--- hidden-name\n1\n");
    build(Map.of("arg.TOKEN", "t0p-s3cret-value", "arg.F", "hidden-nam?"));
    int files = 0;
    for (Path file : memories()) {
      files++;
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertThat(bytes).doesNotContain("t0p-s3cret-value").doesNotContain("hidden-nam?");
    }
    assertThat(files).isEqualTo(2);
  }

  @Test
  void writesNothingWhenNothingHasChanged() throws Exception {
    change("--- Dockerfile\nFROM box\nWORKDIR /a\n");
    build(Map.of());
    List<Path> before = memories();
    for (Path file : before) {
      Files.delete(file);
    }
    assertThat(before).hasSize(1);
    assertThat(build(Map.of())).isEmpty();
    assertThat(memories()).isEmpty();
  }

  @Test
  void doesNotFailWhereNothingCanBeRemembered() throws Exception {
    Files.writeString(engine.store().root().resolve("explain"), "a file in the place of the room");
    change("--- Dockerfile\nFROM box\nWORKDIR /a\n");
    assertThat(build(Map.of())).isEqualTo("[2/2] WORKDIR /a: no earlier build of it is known\n");
    assertThat(build(Map.of())).isEmpty();
  }

  /** Carries out the changes of one build. */
  private void change(String files) throws IOException {
    for (String part : files.split("(?m)^--- ", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int line = part.indexOf('\n');
      String[] head = part.substring(0, line).split(" ", 3);
      Path file = context.resolve(head[0]);
      Files.createDirectories(file.getParent());
      String what = head.length > 1 ? head[1] : "";
      if (!what.equals("mode")) {
        Files.deleteIfExists(file);
      }
      switch (what) {
        case "gone" -> assertThat(file).doesNotExist();
        case "->" -> Files.createSymbolicLink(file, Path.of(head[2]));
        case "mode" -> Files.setAttribute(file, "unix:mode", Integer.parseInt(head[2], 8));
        default -> {
          Files.writeString(file, part.substring(line + 1));
          Files.setAttribute(file, "unix:mode", 0644);
        }
      }
    }
  }

  private static Map<String, String> options(String line) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String option : line.strip().split(" ", -1)) {
      if (!option.isEmpty()) {
        int equals = option.indexOf('=');
        options.put(option.substring(0, equals), option.substring(equals + 1));
      }
    }
    return options;
  }

  private String build(Map<String, String> options) throws Exception {
    prepare(options);
    Heard heard = new Heard();
    BuildResult result = new Builder(engine).build(request(options), heard);
    List<String> lines = new ArrayList<>();
    last = result.images().values().iterator().next();
    result
        .misses()
        .forEach((step, why) -> lines.add(step.lines().findFirst().orElse("") + ": " + why + "\n"));
    assertThat(heard.why).isEqualTo(result.misses());
    String all = String.join("", lines);
    return all.replaceAll("sha256:[0-9a-f]{12}", "sha256:…")
        .replace(folder.resolve("nowhere").toString(), "CACHE");
  }

  private BuildRequest request(Map<String, String> options) {
    Map<String, String> args = new LinkedHashMap<>();
    options.forEach(
        (name, value) -> {
          if (name.startsWith("arg.")) {
            args.put(name.substring(4), value);
          }
        });
    String source = options.get("cache-from");
    List<SharedCache> from =
        source == null
            ? List.of()
            : List.of(new SharedCache("local", Map.of("src", folder.resolve(source).toString())));
    String filter = options.get("no-cache-filter");
    CacheRequest cache =
        new CacheRequest(
            options.containsKey("no-cache"),
            filter == null ? Set.of() : Set.of(filter),
            from,
            List.of(),
            Misses.EXPLAINED);
    StepRequest steps =
        new StepRequest(
            options.getOrDefault("network", "default"),
            Optional.ofNullable(options.get("host")).stream().toList(),
            Set.of(),
            Limits.NONE);
    return BoxRequest.of(context).buildArgs(args).cache(cache).steps(steps).make();
  }

  private void prepare(Map<String, String> options) throws IOException {
    if (options.containsKey("base") || options.containsValue("other")) {
      Image box = engine.images().find("box", Platform.host()).orElseThrow();
      List<LayerEntry> entries = List.of(PlainImages.directory("/new"));
      LayerStack more = box.layers().plus(engine.layers().write(entries, LayerStore.Form.TREE));
      Image other =
          engine.images().create(PlainImages.config(Platform.host(), more.layers()), Map.of());
      String name = options.containsKey("base") ? "box" : "other";
      engine.images().tag(ImageReference.parse(name), other.descriptor());
    }
    forget(options.getOrDefault("forget", ""));
  }

  private void forget(String what) throws IOException {
    switch (what) {
      case "records" -> {
        for (Path file : files("cache")) {
          Files.delete(file);
        }
      }
      case "blobs" -> {
        List<DiffId> layers = last.layers().layers();
        engine.content().delete(layers.get(layers.size() - 1).digest());
      }
      case "memories" -> {
        for (Path file : memories()) {
          byte[] garbage = Files.readAllBytes(file);
          Arrays.fill(garbage, garbage.length / 3, garbage.length / 2, (byte) 0x7f);
          Files.write(file, garbage);
        }
      }
      case "ends" -> {
        for (Path file : memories()) {
          byte[] whole = Files.readAllBytes(file);
          Files.write(file, Arrays.copyOf(whole, whole.length - 9));
        }
      }
      default -> assertThat(what).isEmpty();
    }
  }

  private List<Path> memories() throws IOException {
    return files("explain");
  }

  private List<Path> files(String room) throws IOException {
    Path root = engine.store().root().resolve(room);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** What the progress was told. */
  private static final class Heard implements BuildProgress {
    private final Map<String, String> why = new LinkedHashMap<>();

    @Override
    public synchronized void explained(VertexName vertex, String reason) {
      why.put(vertex.name(), reason);
    }
  }
}
