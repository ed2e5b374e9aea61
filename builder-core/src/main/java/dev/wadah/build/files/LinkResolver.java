package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.Optional;

/**
 * Follows symbolic links in a tree without leaving it: {@code ..} at the top stays at the top, an
 * absolute target starts there (continuity's fs.RootPath).
 */
final class LinkResolver {
  /** Links that one path may go through; the kernel allows 40, Docker 255. */
  static final int MAX_LINKS = 255;

  private LinkResolver() {}

  /** Looks a path up without following links. */
  @FunctionalInterface
  interface Lookup {
    Optional<FileNode> find(String path) throws IOException;
  }

  /**
   * The path with all links replaced, one at its end too; parts that do not exist stay as written.
   *
   * @param scope the directory that links cannot leave, {@code /} for the whole tree
   * @param path below {@code scope}, seen from it
   * @return an absolute path in the tree
   */
  static String resolve(Lookup tree, String scope, String path)
      throws IOException, FileActionException {
    Deque<String> rest = new ArrayDeque<>();
    push(rest, path);
    String done = "/";
    int links = 0;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        done = TreePath.parent(done);
        continue;
      }
      String next = TreePath.child(done, part);
      Optional<FileNode> node = tree.find(within(scope, next));
      if (node.isEmpty() || !node.get().isSymlink()) {
        done = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new FileActionException(
            "link-loop",
            "too many symbolic links in \"%s\"".formatted(path),
            path,
            "the link \"%s\" leads back to itself, or the chain is longer than %d"
                .formatted(within(scope, next), MAX_LINKS),
            "remove or correct the link \"%s\"".formatted(within(scope, next)));
      }
      String target = node.get().link();
      if (target.startsWith("/")) {
        done = "/";
      }
      push(rest, target);
    }
    return within(scope, done);
  }

  private static String within(String scope, String path) {
    return scope.length() == 1 ? path : path.length() == 1 ? scope : scope + path;
  }

  private static void push(Deque<String> rest, String path) {
    var parts = Arrays.asList(path.split("/", -1));
    Collections.reverse(parts);
    parts.forEach(rest::push);
  }
}
