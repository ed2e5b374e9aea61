package dev.wadah.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs commands in JVMs of their own that write down what they load; all use one store. */
final class LoggedJvm {
  private final Path folder;
  private final List<String> options;

  /**
   * JVMs with options.
   *
   * @param folder for the store and the log
   * @param log what is logged, as -Xlog takes it
   */
  LoggedJvm(Path folder, String log, String... options) {
    this.folder = folder;
    this.options = new ArrayList<>(Arrays.asList(options));
    this.options.add("-Xlog:" + log + ":file=" + log());
  }

  private Path log() {
    return folder.resolve("jvm.log");
  }

  /** Runs a command, which must end well; returns the log. */
  String run(String... args) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(options);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.wadah.cli.Main"));
    words.addAll(Arrays.asList(args));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("WADAH_HOME", folder.resolve("store").toString());
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    Process process = builder.start();
    byte[] output = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).as(new String(output, StandardCharsets.UTF_8)).isZero();
    return Files.readString(log());
  }
}
