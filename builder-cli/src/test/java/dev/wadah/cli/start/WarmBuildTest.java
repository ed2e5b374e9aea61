package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a build in which nothing has changed must not set going, as each of these takes a tenth of
 * its time or more. When this fails, look for what uses the class: a run of the JVM with {@code
 * -Xlog:class+load+cause -XX:LogClassLoadingCauseFor=NAME} (JDK 25) tells.
 */
class WarmBuildTest {
  /** Initialised classes, each with its price in milliseconds of a JDK 25. */
  private static final List<String> DEAR =
      List.of(
          "java/math/BigDecimal", // 14
          "picocli/CommandLine$DefaultFactory", // 15, it looks for Groovy in every jar
          "java/security/Security", // 7
          "java/util/logging/", // 15
          "java/net/http/",
          "javax/net/ssl/",
          "com/fasterxml/jackson/databind/", // 50
          "com/google/",
          "io/opentelemetry/",
          "org/apache/commons/");

  private static final Pattern INITIALISING = Pattern.compile("Initializing '([^']+)'");

  @TempDir Path folder;

  @Test
  void initialisesNothingDear() throws Exception {
    LoggedJvm jvm = new LoggedJvm(folder, "class+init=info");
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("a.txt"), "a\n");
    write(context, "FROM scratch\nCOPY a.txt /\nENV A=b\nCMD [\"/a\"]\n");
    jvm.run("build", "-q", "-t", "base:1", context.toString());
    write(
        context,
        """
        FROM base:1 AS first
        ARG NAME=x
        COPY --chmod=644 *.txt /data/${NAME}/
        FROM base:1
        LABEL org.example.title="a b"
        COPY --from=first /data /data
        WORKDIR /data
        USER 1000
        EXPOSE 80/tcp
        ENTRYPOINT ["/bin/cat"]
        """);
    jvm.run("build", "-q", "-t", "app:1", context.toString());
    List<String> initialised = new ArrayList<>();
    Matcher names = INITIALISING.matcher(jvm.run("build", "-q", "-t", "app:1", context.toString()));
    while (names.find()) {
      initialised.add(names.group(1));
    }
    assertThat(initialised).contains("dev/wadah/build/Builder");
    assertThat(initialised)
        .filteredOn(name -> DEAR.stream().anyMatch(name::startsWith))
        .as("classes that make each start slow")
        .isEmpty();
  }

  private static void write(Path context, String dockerfile) throws IOException {
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
  }
}
