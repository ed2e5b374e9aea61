package dev.wadah.build;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A JVM that is root of a user namespace only, with this test's class path. The namespace maps
 * 65,536 ids to themselves, so that the JVM may read the files of a test.
 *
 * @param status its exit status, or that of what was to be done before it
 * @param said what it wrote, errors as well
 */
record UserNamespaceJvm(int status, String said) {
  /**
   * Runs a main class to its end.
   *
   * @param folder for a file that says which ids root may map
   * @param first shell commands of the namespace's root, in a mount namespace of its own; the JVM
   *     does not start when they fail
   */
  static UserNamespaceJvm run(Path folder, String first, Class<?> main, Object... arguments)
      throws Exception {
    Path ranges = Files.writeString(folder.resolve("ranges"), "root:0:65536\n");
    String allow =
        "mount --bind %s /etc/subuid && mount --bind %s /etc/subgid && exec \"$@\""
            .formatted(ranges, ranges);
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", allow, "sh"));
    command.addAll(List.of("unshare", "--user", "--mount", "--setuid=0", "--setgid=0"));
    command.addAll(List.of("--map-users=0,0,65536", "--map-groups=0,0,65536"));
    command.addAll(List.of("sh", "-c", first + "\nexec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new UserNamespaceJvm(process.waitFor(), said);
  }
}
