package dev.wadah.layer;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Resolves paths in a tree with symbolic links, never leaving the tree. */
public final class PathResolver {
  /** Links followed in one path before it is taken for a loop; as many as Docker follows. */
  static final int MOST_LINKS = 255;

  private final FileFinder tree;
  private final String whole;
  private final Deque<String> rest = new ArrayDeque<>();
  private final StringBuilder done = new StringBuilder();
  private int links;

  private PathResolver(FileFinder tree, String path) {
    this.tree = tree;
    this.whole = path;
  }

  /**
   * The path with every symbolic link in its parents replaced, {@code .} and {@code ..} removed;
   * missing parts are kept as written.
   *
   * @throws java.nio.file.FileSystemLoopException after 255 links
   */
  public static String resolveParents(FileFinder tree, String path) throws IOException {
    String trimmed = path;
    while (trimmed.endsWith("/") && trimmed.length() > 1) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    int slash = trimmed.lastIndexOf('/');
    String last = trimmed.substring(slash + 1);
    if (last.equals(".") || last.equals("..") || last.isEmpty()) {
      return resolve(tree, trimmed);
    }
    String parent = resolve(tree, slash < 0 ? "/" : trimmed.substring(0, slash));
    return parent.equals("/") ? "/" + last : parent + "/" + last;
  }

  /** As {@link #resolveParents}, and follows a link at the end as well. */
  public static String resolve(FileFinder tree, String path) throws IOException {
    return new PathResolver(tree, path).run();
  }

  private String run() throws IOException {
    push(whole);
    boolean missing = false;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.equals("..")) {
        done.setLength(Math.max(0, done.lastIndexOf("/")));
        missing = false; // what lies above may be there
        continue;
      }
      int before = done.length();
      done.append('/').append(part);
      if (missing) {
        continue;
      }
      Optional<FileNode> node = tree.find(done.toString());
      missing = node.isEmpty();
      if (!missing && node.get().isSymlink()) {
        follow(node.get().link(), before);
      }
    }
    return done.length() == 0 ? "/" : done.toString();
  }

  private void follow(String link, int parentLength) throws FileSystemLoopException {
    if (++links > MOST_LINKS) {
      throw new FileSystemLoopException(whole);
    }
    done.setLength(link.startsWith("/") ? 0 : parentLength);
    push(link);
  }

  /** Puts the parts of a path in front of what is still to do. */
  private void push(String path) {
    int end = path.length();
    while (end > 0) {
      int slash = path.lastIndexOf('/', end - 1);
      String part = path.substring(slash + 1, end);
      if (!part.isEmpty() && !part.equals(".")) {
        rest.push(part);
      }
      end = slash;
    }
  }
}
