package dev.wadah.cli.build;

import dev.wadah.build.BuildResult;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.JsonText;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.profile.ProfiledBuild;
import dev.wadah.image.Image;
import dev.wadah.posix.OutputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The files in which {@code wadah build} says what came out of it. */
final class ResultFiles {
  private static final String ID = "iidfile";
  private static final String METADATA = "metadata-file";
  private static final String PROFILE = "profile";

  private final Map<String, Path> files = new LinkedHashMap<>();

  /**
   * Those that the command line asks for.
   *
   * @throws UsageException for what is no path
   */
  ResultFiles(Arguments arguments) throws UsageException {
    for (String flag : new String[] {ID, METADATA, PROFILE}) {
      Optional<String> file = arguments.value(flag);
      if (file.isPresent()) {
        files.put(flag, path(flag, file.get()));
      }
    }
  }

  private static Path path(String flag, String file) throws UsageException {
    try {
      Path path = Path.of(file);
      if (path.getFileName() != null) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new UsageException("--%s \"%s\" is no path".formatted(flag, file), e.getReason(), "");
    }
    throw new UsageException("--%s \"%s\" names no file".formatted(flag, file), "", "");
  }

  /**
   * Finds out whether the files can be written, since a build that took an hour is a bad moment to
   * hear of it.
   */
  void requireWritable() throws UsageException {
    for (Map.Entry<String, Path> file : files.entrySet()) {
      if (file.getKey().equals(PROFILE) && ProfiledBuild.isStandardOutput(file.getValue())) {
        continue;
      }
      try {
        OutputFile.requireWritable(file.getValue());
      } catch (IOException e) {
        throw new UsageException(
            "--%s \"%s\" cannot be written: %s"
                .formatted(file.getKey(), file.getValue(), reason(e)),
            "the file is written at the end of the build, through a temporary one beside it",
            "name a file in a directory that is there and can be written to");
      }
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such directory";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException f && f.getReason() != null
        ? f.getReason()
        : String.valueOf(e.getMessage());
  }

  /** Where the profile goes. */
  Optional<Path> profile() {
    return Optional.ofNullable(files.get(PROFILE));
  }

  /** Writes the files that are of the result. */
  void write(BuildResult result) throws IOException {
    if (files.containsKey(ID)) {
      write(files.get(ID), imageId(result).orElse(""));
    }
    if (files.containsKey(METADATA)) {
      write(files.get(METADATA), JsonText.pretty(result.metadataFile(), "  ") + "\n");
    }
  }

  private static void write(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    OutputFile.write(file, "rw-r--r--", out -> out.write(bytes));
  }

  /** The id of the image; with several platforms, of the index when there is one. */
  static Optional<String> imageId(BuildResult result) {
    Object index = result.metadata().get("containerimage.digest");
    if (result.images().size() > 1 && index != null) {
      return Optional.of(index.toString());
    }
    return result.images().values().stream().findFirst().map(Image::id).map(Object::toString);
  }
}
