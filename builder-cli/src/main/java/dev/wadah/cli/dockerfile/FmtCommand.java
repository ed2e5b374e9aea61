package dev.wadah.cli.dockerfile;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
import dev.wadah.cli.Console;
import dev.wadah.cli.ExitCode;
import dev.wadah.cli.Session;
import dev.wadah.dockerfile.DockerfileParser;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.dockerfile.format.Formatter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** {@code wadah fmt}. */
public final class FmtCommand implements Command {
  @Override
  public CommandModel model() {
    return CommandModel.of(
            "fmt",
            "[FLAGS] [FILE...]",
            "Print Dockerfiles in one style, without changing what they mean.")
        .flag("Print nothing but the names of files that are not so; exit code 1 if any", "--check")
        .flag("Write the files", "-w", "--write")
        .arguments("FILE", "0..*", "Dockerfiles; - for standard input (default: Dockerfile)");
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    List<String> files =
        arguments.positional().isEmpty() ? List.of("Dockerfile") : arguments.positional();
    Console console = session.console();
    int code = ExitCode.OK;
    for (String file : files) {
      SourceFile source = DockerfileReader.read(file, console);
      String formatted = Formatter.format(DockerfileParser.parse(source));
      boolean same = formatted.equals(source.text());
      if (arguments.has("check")) {
        if (!same) {
          console.out().println(file);
          code = ExitCode.FAILED;
        }
      } else if (arguments.has("write") && !file.equals("-")) {
        if (!same) {
          write(Path.of(file), formatted);
        }
      } else {
        console.out().print(formatted);
      }
    }
    return code;
  }

  /** The file is replaced as a whole, with the permissions it had. */
  private static void write(Path file, String text) throws IOException {
    Path real = file.toRealPath();
    Path part = Files.createTempFile(real.getParent(), "." + real.getFileName(), ".part");
    try {
      Files.write(part, text.getBytes(StandardCharsets.UTF_8));
      Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(real));
      Files.move(part, real, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
