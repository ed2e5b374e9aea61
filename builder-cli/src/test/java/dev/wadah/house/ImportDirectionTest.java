package dev.wadah.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Who may see whom. A package may import what its line says, itself, and nothing else of the house;
 * libraries belong to the packages that the second table names.
 */
class ImportDirectionTest {
  private static final String EDGES =
      """
      dockerfile: dockerfile.internal
      dockerfile.expand:
      dockerfile.check: dockerfile dockerfile.expand
      dockerfile.outline: dockerfile dockerfile.expand dockerfile.check
      dockerfile.format: dockerfile dockerfile.expand
      dockerfile.internal: dockerfile dockerfile.expand

      profile:
      posix:
      oci: posix
      content: oci posix
      layer.tar: posix
      layer: oci content layer.tar posix profile
      snapshot: oci content layer posix profile
      registry: oci content
      registry.serve: oci
      layer.toc: oci content layer layer.tar posix
      image: oci content layer layer.tar layer.toc registry posix profile
      image.archive: oci content layer image
      image.transfer: oci content layer layer.toc registry image
      container: oci posix layer snapshot profile
      network: oci posix content container
      volume: oci posix content layer container
      engine: posix oci content layer snapshot registry image container

      build: dockerfile dockerfile.expand dockerfile.check dockerfile.outline RUNTIME build.graph build.share build.cache build.exec build.explain build.context build.export build.files
      build.files: oci content layer layer.tar posix
      build.context: build build.files dockerfile oci content layer posix profile registry
      build.graph: build build.context build.files dockerfile dockerfile.expand oci layer
      build.cache: build.graph oci content layer posix
      build.explain: build.cache build.files build.graph oci content layer posix
      build.gc: build.cache build.explain build.graph RUNTIME
      build.exec: build build.graph build.cache build.explain build.context build.files build.mounts dockerfile dockerfile.expand RUNTIME
      build.share: build build.cache build.files dockerfile RUNTIME
      build.export: build build.files dockerfile RUNTIME
      build.mounts: oci content layer image engine posix
      build.worker: build dockerfile RUNTIME

      cli: cli.build cli.cache cli.container cli.image cli.registry cli.store cli.dockerfile build dockerfile RUNTIME
      cli.template: cli
      cli.progress: cli build oci posix
      cli.profile: cli build posix profile
      cli.build: cli cli.profile cli.progress build build.gc dockerfile dockerfile.check dockerfile.outline RUNTIME
      cli.container: cli cli.image cli.registry RUNTIME
      cli.image: cli cli.template RUNTIME
      cli.registry: cli cli.image cli.progress registry.serve RUNTIME
      cli.cache: cli cli.image cli.registry build.mounts dockerfile RUNTIME
      cli.store: cli cli.image build.cache build.gc RUNTIME
      cli.dockerfile: cli build dockerfile dockerfile.check dockerfile.format oci

      maven: build build.gc dockerfile RUNTIME

      benchmarks: build build.context build.graph dockerfile RUNTIME
      """;

  /** What RUNTIME stands for. */
  private static final List<String> RUNTIME =
      List.of(
          "profile",
          "posix",
          "oci",
          "content",
          "layer",
          "layer.tar",
          "snapshot",
          "registry",
          "image",
          "image.archive",
          "image.transfer",
          "container",
          "engine");

  /** A library's package, and who may import it. */
  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "org.antlr.", Set.of("dockerfile.internal"),
          "com.google.cloud.tools.jib.", Set.of("registry"),
          "org.eclipse.jetty.", Set.of("registry.serve"),
          "com.github.luben.zstd.",
              Set.of(
                  "layer",
                  "layer.toc",
                  "image",
                  "image.transfer",
                  "registry",
                  "build.export",
                  "build.files"),
          "io.opentelemetry.", Set.of("cli.profile"),
          "picocli.", Set.of("cli"),
          "org.apache.maven.", Set.of("maven"));

  private static final Pattern NAME = Pattern.compile("dev\\.wadah\\.([a-z.]*[a-z])\\.[A-Z]");

  @Test
  void everyImportIsAnEdgeOfTheTable() {
    Map<String, Set<String>> allowed = allowed();
    List<String> wrong = new ArrayList<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      String from = packageOf(file);
      for (String line : code(file)) {
        Matcher name = NAME.matcher(line);
        while (name.find()) {
          String to = name.group(1);
          if (!to.equals(from) && !allowed.getOrDefault(from, Set.of()).contains(to)) {
            wrong.add("%s (%s): %s".formatted(Sources.TOP.relativize(file), from, line.strip()));
          }
        }
      }
    }
    assertThat(wrong).as("edges that the table of this test does not have").isEmpty();
  }

  @Test
  void everyLibraryStaysInItsRoom() {
    List<String> wrong = new ArrayList<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      String from = packageOf(file);
      for (String line : code(file)) {
        LIBRARIES.forEach(
            (library, rooms) -> {
              if (line.startsWith("import " + library) && !rooms.contains(from)) {
                wrong.add("%s: %s".formatted(Sources.TOP.relativize(file), line));
              }
            });
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsFor() {
    Set<Path> documented = new TreeSet<>();
    Set<Path> packages = new TreeSet<>();
    for (Path file : Sources.files("src/main/java", ".java")) {
      packages.add(file.getParent());
      if (file.endsWith("package-info.java")) {
        documented.add(file.getParent());
      }
    }
    packages.removeAll(documented);
    assertThat(packages).as("packages without package-info.java").isEmpty();
  }

  private static Map<String, Set<String>> allowed() {
    Map<String, Set<String>> allowed = new HashMap<>();
    for (String line : EDGES.lines().filter(l -> !l.isBlank()).toList()) {
      int colon = line.indexOf(':');
      Set<String> rooms = new TreeSet<>(List.of(line.substring(colon + 1).strip().split(" +")));
      if (rooms.remove("RUNTIME")) {
        rooms.addAll(RUNTIME);
      }
      allowed.put(line.substring(0, colon), rooms);
    }
    return allowed;
  }

  private static String packageOf(Path file) {
    String path = file.getParent().toString().replace('\\', '/');
    return path.substring(path.indexOf("dev/wadah/") + "dev/wadah/".length()).replace('/', '.');
  }

  /** Lines that are no comment; a comment may name whom it likes. */
  private static List<String> code(Path file) {
    return Sources.lines(file).stream()
        .filter(line -> !line.strip().startsWith("*") && !line.strip().startsWith("/"))
        .filter(line -> !line.startsWith("package "))
        .toList();
  }
}
