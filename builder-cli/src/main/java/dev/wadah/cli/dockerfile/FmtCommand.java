package dev.wadah.cli.dockerfile;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Command;
import dev.wadah.cli.CommandModel;
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
import java.util.ArrayList;
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
    List<Formatted> all = new ArrayList<>();
    for (String file : files) {
      // All are read before the first is written: a mistake in one leaves the others as they are.
      SourceFile source = DockerfileReader.read(file, session.console());
      all.add(new Formatted(source, Formatter.format(DockerfileParser.parse(source))));
    }
    int code = ExitCode.OK;
    for (Formatted file : all) {
      if (arguments.has("check")) {
        code = file.isSame() ? code : named(file, session);
      } else if (arguments.has("write") && !file.source().name().equals("-")) {
        write(file);
      } else {
        session.console().out().print(file.text());
      }
    }
    return code;
  }

  /** A file as it is and as it should be. */
  private record Formatted(SourceFile source, String text) {
    boolean isSame() {
      return text.equals(source.text());
    }
  }

  private static int named(Formatted file, Session session) {
    session.console().out().println(file.source().name());
    return ExitCode.FAILED;
  }

  /** The file is replaced as a whole, with the permissions it had. */
  private static void write(Formatted file) throws IOException {
    if (file.isSame()) {
      return;
    }
    Path real = Path.of(file.source().name()).toRealPath();
    Path part = Files.createTempFile(real.getParent(), "." + real.getFileName(), ".part");
    try {
      Files.write(part, file.text().getBytes(StandardCharsets.UTF_8));
      Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(real));
      Files.move(part, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
