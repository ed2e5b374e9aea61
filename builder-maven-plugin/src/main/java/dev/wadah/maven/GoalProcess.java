package dev.wadah.maven;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.posix.Natives;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugin.logging.Log;

/**
 * Runs the goal in a JVM of its own, which {@code enter} starts as it starts the command's: an
 * ordinary user's is root of a user namespace (docs/adr/0014), and Maven's own JVM cannot become
 * that any more. It gets the goal's parameters as a line of JSON, and answers in lines that are
 * told to Maven's log.
 */
final class GoalProcess {
  /** What the network needs, and where the user is at home, which a root's JVM takes for root's. */
  private static final List<String> INHERITED =
      List.of("http.", "https.", "javax.net.ssl.", "wadah.", "user.home", "java.io.tmpdir");

  private final Log log;

  GoalProcess(Log log) {
    this.log = log;
  }

  /** Builds; returns when the process has ended. */
  void run(BuildMojo goal) throws MojoExecutionException, MojoFailureException {
    try {
      Process process = new ProcessBuilder(command()).redirectError(Redirect.INHERIT).start();
      try (OutputStream in = process.getOutputStream();
          BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        ObjectMapper mapper = GoalMain.mapper();
        in.write(
            mapper.writeValueAsBytes(new GoalMain.Order(properties(), mapper.valueToTree(goal))));
        in.write('\n');
        in.flush(); // and stays open: its end tells the process that Maven is gone
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          tell(mapper.readTree(line));
        }
        int status = process.waitFor();
        if (status != 0) {
          throw new MojoExecutionException("wadah:build ended with status " + status);
        }
      } finally {
        process.destroy();
      }
    } catch (IOException | URISyntaxException e) {
      throw new MojoExecutionException("wadah:build cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MojoExecutionException("wadah:build was interrupted", e);
    }
  }

  private void tell(JsonNode line) throws MojoExecutionException, MojoFailureException {
    String text = line.path("text").asText();
    switch (GoalMain.Told.valueOf(line.path("told").asText())) {
      case INFO -> log.info(text);
      case WARNING -> log.warn(text);
      case ERROR -> log.error(text);
      case FAILURE -> throw new MojoFailureException(text);
      case FAULT -> throw new MojoExecutionException(text);
    }
  }

  private static List<String> command() throws IOException, URISyntaxException {
    List<String> command = new ArrayList<>();
    command.add(Natives.file("enter").toString());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"));
    if (Runtime.version().feature() >= 24) {
      command.addAll(
          List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
    command.addAll(List.of("-cp", classPath(), GoalMain.class.getName()));
    return command;
  }

  private static Map<String, String> properties() {
    Map<String, String> inherited = new LinkedHashMap<>();
    for (String name : System.getProperties().stringPropertyNames()) {
      if (INHERITED.stream().anyMatch(name::startsWith)) {
        inherited.put(name, System.getProperty(name));
      }
    }
    return inherited;
  }

  /** Maven loads a plugin from a list of jars, and its own interface from one of its own. */
  private static String classPath() throws URISyntaxException {
    List<String> files = new ArrayList<>();
    if (GoalProcess.class.getClassLoader() instanceof URLClassLoader jars) {
      for (URL jar : jars.getURLs()) {
        files.add(Path.of(jar.toURI()).toString());
      }
    }
    URL maven = AbstractMojo.class.getProtectionDomain().getCodeSource().getLocation();
    files.add(Path.of(maven.toURI()).toString());
    return String.join(File.pathSeparator, files);
  }
}
