package dev.wadah.cli.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.cli.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code system df}, the prune commands and {@code gc}, as they are used and as they answer. */
@Tag("linux")
class PruneTest {
  private static final String NOTHING = "Total reclaimed space: 0B\n";

  @TempDir Path folder;
  private Path context;
  private Cli cli;
  private String first;

  /** An image that was built twice from a changed file: one has the name, one has lost it. */
  @BeforeEach
  void build() throws IOException {
    cli = Cli.over(folder.resolve("store"));
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(
        context.resolve("Dockerfile"), "FROM scratch\nCOPY file /\nLABEL stage=test\n");
    first = build("one\n");
    build("two\n");
  }

  private String build(String content) throws IOException {
    Files.writeString(context.resolve("file"), content);
    return ok("build", "-q", "-t", "app", context.toString()).strip();
  }

  private String ok(String... words) {
    Cli.Result result = cli.run(words);
    assertThat(result.code()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  private String images() {
    return ok("images", "-q", "--no-trunc");
  }

  @Test
  void showsWhatTakesHowMuch() {
    // Two results, and the digests of the context once its files have rested for a moment.
    assertThat(ok("system", "df", "--format", "{{.Type}}: {{.TotalCount}} {{.Active}}"))
        .matches("Images: 2 0\nContainers: 0 0\nLocal Volumes: 0 0\nBuild Cache: [23] 0\n");
    assertThat(ok("system", "df").lines().findFirst())
        .contains("TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE");
    assertThat(ok("system", "df", "-v"))
        .contains("Images space usage:", "<none>", "Local Volumes space usage:", "CACHE ID")
        .contains("regular");
  }

  /** As in docker, one object with a list of each kind. */
  @Test
  void showsEverythingOneByOneToPrograms() throws IOException {
    JsonNode all = new ObjectMapper().readTree(ok("system", "df", "-v", "--format", "json"));

    assertThat(all.fieldNames())
        .toIterable()
        .containsExactly("Images", "Containers", "Volumes", "BuildCache");
    assertThat(all.get("Images").findValuesAsText("Repository"))
        .containsExactlyInAnyOrder("app", "<none>");
    assertThat(all.get("Images").findValuesAsText("ID")).contains(first);
    assertThat(all.get("Images").get(0).get("CreatedAt").asText()).endsWith("+0000 UTC");
    assertThat(all.get("BuildCache").findValuesAsText("CacheType")).contains("regular");
    assertThat(all.get("BuildCache").findValuesAsText("Description"))
        .anyMatch(text -> text.contains("COPY file /"));
    assertThat(ok("system", "df", "-v", "--format", "{{json .}}"))
        .isEqualTo(ok("system", "df", "-v", "--format", "json"));
    assertThat(
            ok("system", "df", "--verbose", "--format", "{{range .Images}}{{.Tag}};{{end}}")
                .strip())
        .isIn("latest;<none>;", "<none>;latest;");
    assertThat(ok("system", "df", "-v", "--format", "table {{len .Volumes}}")).isEqualTo("0\n");
    assertThat(ok("system", "df", "-v", "--format", "table")).isEqualTo(ok("system", "df", "-v"));
    Cli.Result unknown = cli.run("system", "df", "-v", "--format", "{{.Type}}");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("fields are Images, Containers, Volumes, BuildCache");
  }

  @Test
  void listsTheBuildCache() {
    assertThat(ok("buildx", "du"))
        .contains("RECLAIMABLE")
        .containsPattern("Shared:\t\t\\d")
        .containsPattern("Total:\t\t\\d");
    assertThat(ok("builder", "du", "--verbose", "--filter", "type=regular"))
        .contains("Type:\t\tregular")
        .doesNotContain("source.local");
    assertThat(ok("builder", "du", "--filter", "type!=regular")).doesNotContain("*");
  }

  @Test
  void listsTheBuildCacheToPrograms() throws IOException {
    String json = ok("buildx", "du", "--format", "json", "--filter", "type=regular");
    JsonNode entry = new ObjectMapper().readTree(json.lines().findFirst().orElseThrow());

    assertThat(entry.fieldNames())
        .toIterable()
        .containsExactly(
            "CreatedAt",
            "Description",
            "ID",
            "LastUsedAt",
            "Reclaimable",
            "Shared",
            "Size",
            "Type");
    assertThat(entry.get("Reclaimable").isBoolean()).isTrue();
    assertThat(ok("builder", "du", "--format", "{{.Type}}", "--filter", "type=regular"))
        .matches("(regular\n)+");
    assertThat(ok("buildx", "du", "--format", "table {{.Type}}\t{{.Size}}"))
        .matches("TYPE +SIZE\n(?s:.*)");
    assertThat(ok("buildx", "du", "--format", "pretty")).isEqualTo(ok("buildx", "du", "--verbose"));
    assertThat(ok("buildx", "du", "--format", "table")).isEqualTo(ok("buildx", "du"));
    Cli.Result both = cli.run("buildx", "du", "--verbose", "--format", "json");
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--format and --verbose cannot be used together");
  }

  /** Who misspells what shall go must not lose all of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "image prune | label | it names no label",
        "image prune | label= | it names no label",
        "image prune | label!= | it names no label",
        "image prune | until=never | is no time span",
        "image prune | until=-1h | is no time span",
        "image prune | until=2026-13-01 | is no time span",
        "image prune | shared | filters are until, label",
        "builder prune | shared=maybe | 'maybe' is not true or false",
        "builder prune | inuse= | '' is not true or false",
        "builder prune | until=24h,nothing=1 | is no time span",
        "buildx du | description~=[ | Unclosed character class",
      },
      quoteCharacter = '`')
  void refusesFiltersThatMakeNoSense(String command, String filter, String why) {
    Cli.Result result = cli.run((command + " --filter " + filter).split(" "));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("invalid filter \"" + filter, why.replace('\'', '"'));
    assertThat(result.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--min-free=101%", "--max-used=200%", "--reserved=1000%", "--min-free=-1"})
  void refusesMoreThanTheDiskHas(String flag) {
    Cli.Result result = cli.run("builder", "prune", "-f", "-a", flag);

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("invalid --");
    assertThat(ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}"))
        .containsPattern("Build Cache [23]");
  }

  /** Commas part filters, but stand in labels and patterns, too. */
  @Test
  void takesACommaInAValueForAPartOfIt() {
    assertThat(ok("image", "prune", "-f", "--filter", "label=stage=a,b")).isEqualTo(NOTHING);
    assertThat(ok("builder", "du", "--filter", "type=regular,description~=CO.{1,2}Y"))
        .contains("RECLAIMABLE");
    assertThat(ok("image", "prune", "-f", "--filter", "until=0,label=stage=test"))
        .contains("deleted: sha256:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "until=2020-01-31",
        "until=2020-01-31T12:00:00",
        "until=2020-01-31T12:00",
        "until=2020-01-31T12:00:00Z",
        "until=2020-01-31T12:00:00-07:00",
        "until=1580000000",
        "until=87600h",
      })
  void understandsDockersTimes(String filter) {
    assertThat(ok("image", "prune", "-f", "--filter", filter)).isEqualTo(NOTHING);
  }

  @Test
  void asksFirstAndDoesNothingWithoutAYes() {
    String before = images();

    assertThat(ok("image", "prune"))
        .isEqualTo(
            "WARNING! This will remove all dangling images.\n"
                + "Are you sure you want to continue? [y/N] ");
    cli.reading("n\n".getBytes(StandardCharsets.UTF_8));
    ok("system", "prune", "-a");
    assertThat(images()).isEqualTo(before);

    cli.reading("y\n".getBytes(StandardCharsets.UTF_8));
    assertThat(ok("image", "prune")).contains("deleted: " + first);
  }

  @Test
  void removesImagesWithoutAName() {
    assertThat(ok("image", "prune", "-f"))
        .startsWith("Deleted Images:\ndeleted: " + first + "\n\nTotal reclaimed space: ")
        .doesNotContain("untagged");
    assertThat(images()).doesNotContain(first).isNotEmpty();
    assertThat(ok("image", "prune", "-f")).isEqualTo("Total reclaimed space: 0B\n");
  }

  @Test
  void removesAllImagesWithTheirNamesWhenAsked() {
    ok("tag", "app", "other:1");

    assertThat(ok("image", "prune", "-a", "-f"))
        .contains("untagged: app:latest\nuntagged: other:1\ndeleted: sha256:");
    assertThat(images()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "label=stage, true",
    "label=stage=test, true",
    "label=stage=other, false",
    "label!=stage, false",
    "until=24h, false",
    "until=2020-01-01, false",
    "until=2200-01-01T00:00:00Z, true",
    "until=1577836800, false"
  })
  void filtersImages(String filter, boolean goes) {
    ok("image", "prune", "-f", "--filter", filter);

    assertThat(images().contains(first)).isEqualTo(!goes);
  }

  @Test
  void removesTheCacheThatNoImageSharesAndWithAllThatToo() throws IOException {
    ok("image", "prune", "-f");
    String pruned = ok("builder", "prune", "-f");
    assertThat(pruned)
        .startsWith("ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n")
        .containsPattern("Total:\t\\d");
    assertThat(ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}"))
        .contains("Build Cache 1");
    assertThat(cli.run("build", "--progress=plain", context.toString()).err()).contains("CACHED");

    ok("buildx", "prune", "-a", "-f");
    assertThat(ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}"))
        .contains("Build Cache 0");
    assertThat(ok("store", "verify")).contains("1 image");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"until=24h", "type=exec.cachemount", "id=nothing", "description~=^RUN", "inuse"})
  void filtersTheCache(String filter) {
    assertThat(ok("builder", "prune", "-a", "-f", "--filter", filter)).isEqualTo("Total:\t0B\n");
  }

  @Test
  void keepsAsMuchOfTheCacheAsItIsTold() {
    ok("image", "prune", "-f");

    assertThat(ok("builder", "prune", "-f", "--keep-storage", "1GB")).isEqualTo("Total:\t0B\n");
    assertThat(ok("builder", "prune", "-f", "--max-used-space=1GB")).isEqualTo("Total:\t0B\n");
    assertThat(ok("builder", "prune", "-f", "--keep-duration=1h")).isEqualTo("Total:\t0B\n");
    assertThat(ok("builder", "prune", "-f", "--max-used", "1")).contains("RECLAIMABLE");
  }

  @Test
  void leavesNothingOfAStoreThatIsPrunedOfEverything() throws IOException {
    Files.createDirectories(folder.resolve("store/volumes/named/_data"));
    Files.createDirectories(folder.resolve("store/volumes/.fresh-1"));

    String pruned = ok("system", "prune", "-a", "-f", "--volumes");

    assertThat(pruned)
        .containsSubsequence(
            "Deleted Volumes:\n.fresh-1\n",
            "Deleted Images:\n",
            "Deleted build cache objects:\n",
            "Total reclaimed space: ");
    assertThat(folder.resolve("store/blobs/sha256")).isEmptyDirectory();
    assertThat(folder.resolve("store/layers/ids")).isEmptyDirectory();
    assertThat(ok("volume", "prune", "-f")).isEqualTo("Total reclaimed space: 0B\n");
    assertThat(ok("volume", "prune", "-a", "-f")).contains("named");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "image prune",
        "image prune -a",
        "builder prune -a",
        "container prune",
        "volume prune -a",
        "system prune -a --volumes",
        "gc --max-used=1 --reserved=0"
      })
  void saysBeforehandWhatWouldGo(String command) throws IOException {
    Files.createDirectories(folder.resolve("store/volumes/named/_data"));
    String[] dry = (command + " --dry-run").split(" ");
    String[] real = (command + (command.startsWith("gc") ? "" : " -f")).split(" ");
    String before = ok("system", "df", "-v", "--format", "json");

    String foretold = ok(dry);

    assertThat(ok("system", "df", "-v", "--format", "json")).isEqualTo(before);
    assertThat(foretold)
        .isNotEmpty()
        .isEqualTo(
            ok(real)
                .replace("Total reclaimed", "Total reclaimable")
                .replace("removed", "would remove")
                .replace("reclaimed", "reclaim"));
  }

  @Test
  void doesNotTouchTheCacheWhenImagesAreChosenByLabel() {
    ok("system", "prune", "-f", "--filter", "label=stage");

    assertThat(ok("system", "df", "--format", "{{.Type}} {{.TotalCount}}")).contains("Images 1");
    assertThat(ok("buildx", "du", "--verbose", "--filter", "type=regular").split("ID:")).hasSize(3);
  }

  @Test
  void collectsDownToTheLimitsOfTheSettings() throws IOException {
    assertThat(ok("gc")).isEqualTo("removed 0 entries, reclaimed 0B\n");
    Files.writeString(
        folder.resolve("store/gc.conf"), "max-used = 1\nreserved = 0\nmin-free = 0\n");

    assertThat(ok("gc")).startsWith("removed ").doesNotContain("removed 0");
    assertThat(images()).doesNotContain(first).isNotEmpty();
    assertThat(ok("store", "verify")).contains("1 image");
  }

  @Test
  void saysWhatIsWrongWithTheSettings() throws IOException {
    Files.writeString(folder.resolve("store/gc.conf"), "max-used = lots\n");

    Cli.Result result = cli.run("gc");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("gc.conf:1: max-used: \"lots\" is no size");
  }

  @Test
  void collectsByTheTimeThatATestTells() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("store/cache"))) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      }
    }
    Cli then = cli.with("WADAH_TEST_GC_NOW", Instant.now().minus(Duration.ofDays(2)).toString());
    assertThat(then.run("gc", "--max-used=1", "--reserved=0", "--keep-duration=24h").out())
        .startsWith("removed 0 entries");

    Cli now = cli.with("WADAH_TEST_GC_NOW", "");
    // 10 GB are reserved unless somebody says otherwise; who says --max-used does.
    assertThat(now.run("gc", "--max-used=1", "--keep-duration=24h").out())
        .doesNotContain("removed 0");
  }
}
