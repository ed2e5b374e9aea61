package dev.wadah.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A Git repository that a test fills, and publishes as a bare one. */
final class GitFixture {
  private final Path work;

  GitFixture(Path work) throws IOException, InterruptedException {
    this.work = Files.createDirectories(work);
    run("init", "-q", "-b", "main");
  }

  String run(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("git", "-c", "protocol.file.allow=always"));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(work.toFile());
    builder.redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    for (String who : List.of("AUTHOR", "COMMITTER")) {
      environment.put("GIT_" + who + "_NAME", "t");
      environment.put("GIT_" + who + "_EMAIL", "t@t.invalid");
      environment.put("GIT_" + who + "_DATE", "2020-01-01T00:00:00Z");
    }
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }

  /** Writes files and commits all there is. */
  void commit(Map<String, String> files) throws IOException, InterruptedException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = work.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    run("add", ".");
    run("commit", "-q", "-m", "c");
  }

  /** Makes a bare copy that a server gives out. */
  void publish(Path bare) throws IOException, InterruptedException {
    Files.createDirectories(bare.getParent());
    run("clone", "-q", "--bare", ".", bare.toString());
  }
}
