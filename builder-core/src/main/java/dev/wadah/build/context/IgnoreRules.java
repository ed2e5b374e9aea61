package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;

/** The ignore file of a context, for those who look at no file of it. */
public final class IgnoreRules {
  private IgnoreRules() {}

  /**
   * Tells whether a path is hidden, whether it is there or not.
   *
   * @param dockerfile the file whose own ignore file wins over that of the context
   * @throws BuildException if a pattern is malformed
   */
  public static Predicate<String> of(Path context, Optional<Path> dockerfile)
      throws BuildException, IOException {
    IgnoreFile ignore = DockerfileFinder.ignore(context, dockerfile);
    return path -> {
      String clean = TreePath.clean(path.startsWith("/") ? path : "/" + path);
      return clean.length() > 1 && ignore.patterns().match(TreePath.relative(clean)).matched();
    };
  }
}
