package dev.wadah.registry;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finds programs by the PATH of a given environment, which need not be this process's own. */
final class HelperPrograms {
  private HelperPrograms() {}

  /** The program's file; its bare name when no folder of the PATH has it. */
  static Path find(String program, Map<String, String> environment) {
    for (String folder : environment.getOrDefault("PATH", "").split(":", -1)) {
      if (folder.startsWith("/")) {
        Path file = Path.of(folder, program);
        if (Files.isExecutable(file) && !Files.isDirectory(file)) {
          return file;
        }
      }
    }
    return Path.of(program);
  }
}
