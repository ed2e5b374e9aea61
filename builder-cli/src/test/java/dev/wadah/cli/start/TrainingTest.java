package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.cli.QuickstartBase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The training of the start archive loads all that usual builds load: the first class that it does
 * not know has a build open the jar, which alone takes a tenth of a build in which nothing changed.
 */
class TrainingTest {
  private static final Pattern LOADED = Pattern.compile("] (dev\\.wadah\\.[\\w.$]+) source: ");

  /** Lambdas have another number in each run; the class around them is named too. */
  private static final Pattern LAMBDA = Pattern.compile("\\$\\$Lambda.*");

  private static final String STAGES =
      """
      FROM base AS first
      ENV LANG=C.UTF-8 APP=/app
      RUN mkdir -p /app && echo base > /app/base
      FROM first AS build
      WORKDIR /src
      COPY src/ .
      RUN cat folder1/file1 > /app/out
      FROM first
      LABEL org.opencontainers.image.title=app
      COPY --from=build /app/out /app/out
      COPY src/folder2 /etc/app/
      RUN cat /app/out /etc/app/file1 > /app/all
      USER nobody
      ENTRYPOINT ["/bin/cat"]
      CMD ["/app/all"]
      """;

  @TempDir Path folder;

  @Test
  void loadsWhatBuildsLoad() throws Exception {
    Files.write(folder.resolve("base.tar"), QuickstartBase.tar());
    Path context = Files.createDirectory(folder.resolve("context"));
    for (int i = 0; i < 30; i++) {
      Path files = Files.createDirectories(context.resolve("src/folder" + i));
      for (int j = 0; j < 10; j++) {
        Files.writeString(files.resolve("file" + j), "text\n");
      }
    }
    Files.write(context.resolve("src/long"), new byte[8 << 20]);
    Files.writeString(context.resolve("Dockerfile"), STAGES);
    // A verifier loads classes that are never used.
    LoggedJvm jvm =
        new LoggedJvm(
            folder,
            "class+load=info",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:-BytecodeVerificationRemote");
    jvm.run("import", folder.resolve("base.tar").toString(), "base");
    // What the first build does with a base, looking into its layers, takes its time anyway.
    jvm.run("build", "-q", context.toString());
    Set<String> trained = loaded(jvm.run("train"));
    Set<String> built = new TreeSet<>();
    for (String how : List.of("--no-cache", "--pull=false")) {
      built.addAll(loaded(jvm.run("build", "-q", how, "-t", "app", context.toString())));
    }
    Files.writeString(context.resolve("src/folder2/file1"), "changed\n");
    built.addAll(loaded(jvm.run("build", "-q", "-t", "app", context.toString())));
    assertThat(built).contains("dev.wadah.build.Builder");
    built.removeAll(trained);
    assertThat(built).as("what a build loads and wadah train does not").isEmpty();
  }

  /** Those of our classes that a log tells of. */
  private static Set<String> loaded(String log) {
    Set<String> loaded = new TreeSet<>();
    Matcher names = LOADED.matcher(log);
    while (names.find()) {
      loaded.add(LAMBDA.matcher(names.group(1)).replaceAll(""));
    }
    return loaded;
  }
}
