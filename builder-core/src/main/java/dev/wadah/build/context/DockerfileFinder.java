package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.Spelling;
import dev.wadah.build.files.TreePath;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.PathResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the Dockerfile and the ignore file that belongs to it. */
final class DockerfileFinder {
  /** Largest Dockerfile or ignore file that is read. */
  static final int MAX_BYTES = 64 << 20;

  private static final String DEFAULT_NAME = "Dockerfile";
  private static final String IGNORE_NAME = ".dockerignore";
  private static final String OTHER_IGNORE_NAME = ".containerignore";

  private DockerfileFinder() {}

  /** A Dockerfile and the ignore file that its context obeys. */
  record Found(SourceFile dockerfile, IgnoreFile ignore) {}

  /**
   * The Dockerfile of a context directory.
   *
   * @param given {@code -f}, seen from the working directory, or else from the context
   */
  static Found inDirectory(Path context, Optional<String> given)
      throws BuildException, IOException {
    Path file;
    if (given.isPresent()) {
      file = Path.of(given.get());
      if (!Files.exists(file) && !file.isAbsolute() && Files.exists(context.resolve(file))) {
        file = context.resolve(file);
      }
    } else {
      file = context.resolve(DEFAULT_NAME);
      Path lower = context.resolve(DEFAULT_NAME.toLowerCase(Locale.ROOT));
      file = !Files.exists(file) && Files.exists(lower) ? lower : file;
    }
    if (!Files.exists(file)) {
      throw missing(given.orElse(file.getFileName().toString()), file);
    }
    if (Files.isDirectory(file)) {
      throw refuse(
          "dockerfile-is-directory",
          "the Dockerfile \"%s\" is a directory".formatted(given.orElse(file.toString())),
          "-f names the Dockerfile, the last argument the context",
          "write -f %s".formatted(file.resolve(DEFAULT_NAME)));
    }
    String name = given.orElse(file.getFileName().toString());
    SourceFile source = new SourceFile(name, text(file, name));
    return new Found(source, ignore(context, Optional.of(file)));
  }

  /** The ignore file of a directory; that of the Dockerfile wins. */
  static IgnoreFile ignore(Path context, Optional<Path> dockerfile)
      throws BuildException, IOException {
    List<Path> candidates = new ArrayList<>();
    dockerfile.ifPresent(
        file -> candidates.add(file.resolveSibling(file.getFileName() + IGNORE_NAME)));
    candidates.add(context.resolve(IGNORE_NAME));
    candidates.add(context.resolve(OTHER_IGNORE_NAME));
    for (Path candidate : candidates) {
      if (Files.isRegularFile(candidate)) {
        String name = candidate.getFileName().toString();
        return IgnoreFile.parse(new SourceFile(name, text(candidate, name)));
      }
    }
    return IgnoreFile.NONE;
  }

  private static BuildException missing(String name, Path file) throws IOException {
    Path directory = file.toAbsolutePath().normalize().getParent();
    String remedy = "give the path of the Dockerfile with -f";
    if (directory != null && Files.isDirectory(directory)) {
      List<String> names;
      try (Stream<Path> entries = Files.list(directory)) {
        names = entries.map(p -> p.getFileName().toString()).sorted().toList();
      }
      Optional<String> similar =
          names.stream()
              .filter(n -> n.toLowerCase(Locale.ROOT).matches(".*(docker|container)file.*"))
              .findFirst()
              .or(() -> Spelling.nearest(file.getFileName().toString(), names));
      if (similar.isPresent()) {
        remedy = "there is \"%s\"; name it with -f".formatted(directory.resolve(similar.get()));
      }
    }
    return refuse(
        "dockerfile-not-found",
        "no Dockerfile: \"%s\" does not exist".formatted(name),
        "without -f it is the file Dockerfile in the context; -f counts from the working directory",
        remedy);
  }

  /** The Dockerfile within a tree that is no directory of this machine. */
  static Found inTree(FileTree tree, String what, Optional<String> given)
      throws BuildException, IOException {
    String name = given.orElse(DEFAULT_NAME);
    Optional<String> text = text(tree, name);
    if (text.isEmpty() && given.isEmpty()) {
      text = text(tree, DEFAULT_NAME.toLowerCase(Locale.ROOT));
    }
    if (text.isEmpty()) {
      Optional<String> similar = Spelling.nearest(name, tree.list("/"));
      throw refuse(
          "dockerfile-not-found",
          "no Dockerfile: \"%s\" is not in %s".formatted(name, what),
          "-f counts from the top of a context that is no directory of this machine",
          similar
              .map("did you mean -f %s?"::formatted)
              .orElse("give the path of the Dockerfile within it with -f"));
    }
    IgnoreFile ignore = IgnoreFile.NONE;
    for (String candidate : List.of(name + IGNORE_NAME, IGNORE_NAME, OTHER_IGNORE_NAME)) {
      Optional<String> patterns = text(tree, candidate);
      if (patterns.isPresent()) {
        ignore = IgnoreFile.parse(new SourceFile(candidate, patterns.get()));
        break;
      }
    }
    return new Found(new SourceFile(name, text.get()), ignore);
  }

  private static Optional<String> text(FileTree tree, String name)
      throws BuildException, IOException {
    String path = PathResolver.resolve(tree, TreePath.clean(name));
    if (tree.find(path).filter(FileNode::isFile).isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = tree.open(path)) {
      return Optional.of(text(in, name));
    }
  }

  private static String text(Path file, String name) throws BuildException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return text(in, name);
    }
  }

  /** The text of a Dockerfile. */
  static String text(InputStream in, String name) throws BuildException, IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw refuse(
          "dockerfile-too-large",
          "\"%s\" is larger than %,d bytes".formatted(name, MAX_BYTES),
          "this is the limit for Dockerfiles and ignore files",
          "check that -f names the right file");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
