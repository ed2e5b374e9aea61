package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the files of a tree that the words of a copy name. */
final class Sources {
  private static final String PIVOT = "/./";

  private final FileTree tree;
  private final FileAction.Options options;

  Sources(FileTree tree, FileAction.Options options) {
    this.tree = tree;
    this.options = options;
  }

  /**
   * A file or directory to copy.
   *
   * @param word the word of the instruction
   * @param name path by which it was found; the last part names the copy
   * @param path where it lies, links followed
   * @param node what it is
   * @param include what below it is copied ({@code --parents}); empty: all
   */
  record Source(String word, String name, String path, FileNode node, Optional<String> include) {}

  /**
   * The files that {@code word} names, in the order in which they are copied; none for a wildcard
   * without a match.
   *
   * @throws FileActionException if a file that is named literally is not there
   */
  List<Source> find(String word) throws IOException, FileActionException {
    if (options.parents()) {
      return findParents(word);
    }
    if (!GlobPattern.hasWildcard(word)) {
      return List.of(require(word, TreePath.clean(word), Optional.empty()));
    }
    List<Source> found = new ArrayList<>();
    for (String name : expand(word)) {
      found.add(require(word, name, Optional.empty()));
    }
    return found;
  }

  private List<Source> findParents(String word) throws IOException, FileActionException {
    int pivot = word.indexOf(PIVOT);
    String base = pivot < 0 ? "/" : word.substring(0, pivot);
    String pattern = TreePath.clean(pivot < 0 ? word : word.substring(pivot + PIVOT.length()));
    List<Source> found = new ArrayList<>();
    if (GlobPattern.hasWildcard(base)) {
      for (String name : expand(base)) {
        found.add(require(word, name, Optional.of(TreePath.relative(pattern))));
      }
      return found;
    }
    String root = TreePath.clean(base);
    if (!GlobPattern.hasWildcard(pattern)) {
      require(word, TreePath.clean(root + pattern), Optional.empty());
    }
    found.add(require(word, root, Optional.of(TreePath.relative(pattern))));
    return found;
  }

  private Source require(String word, String name, Optional<String> include)
      throws IOException, FileActionException {
    String path = resolve(name);
    Optional<FileNode> node = tree.find(path);
    if (node.isEmpty()) {
      throw missing(word, name, path);
    }
    return new Source(word, name, path, node.get(), include.filter(i -> !i.isEmpty()));
  }

  private String resolve(String name) throws IOException, FileActionException {
    return LinkResolver.resolve(tree::find, "/", name);
  }

  /** The names that match; directories that match are not looked into. */
  private List<String> expand(String word) throws IOException, FileActionException {
    String clean = TreePath.clean(word);
    int slash = 0;
    for (int next; (next = clean.indexOf('/', slash + 1)) >= 0; slash = next) {
      if (GlobPattern.hasWildcard(clean.substring(slash + 1, next))) {
        break;
      }
    }
    String base = resolve(clean.substring(0, slash));
    GlobPattern pattern = compile(word, clean.substring(slash + 1));
    List<String> found = new ArrayList<>();
    if (tree.find(base).filter(FileNode::isDirectory).isPresent()) {
      expand(base, "", new Expansion(pattern), found);
    }
    return found;
  }

  private static GlobPattern compile(String word, String pattern) throws FileActionException {
    try {
      return GlobPattern.of(pattern);
    } catch (IllegalArgumentException e) {
      throw new FileActionException(
          "invalid-pattern",
          "syntax error in pattern \"%s\": %s".formatted(word, e.getMessage()),
          word,
          "[...] lists characters, and a backslash takes the next character literally",
          "write \"[[]\" for a bracket in a file name");
    }
  }

  private void expand(String base, String below, Expansion expansion, List<String> found)
      throws IOException {
    for (String name : tree.list(TreePath.clean(base + "/" + below))) {
      String relative = below.isEmpty() ? name : below + "/" + name;
      String path = TreePath.child(base, relative);
      if (expansion.pattern.matches(relative)) {
        found.add(path);
      } else if (expansion.mayMatchBelow(relative)
          && tree.find(path).filter(FileNode::isDirectory).isPresent()) {
        expand(base, relative, expansion, found);
      }
    }
  }

  private FileActionException missing(String word, String name, String path) throws IOException {
    String parent = TreePath.parent(path);
    List<String> siblings = tree.list(parent);
    Optional<String> similar = Spelling.nearest(TreePath.name(path), siblings);
    String remedy;
    if (similar.isPresent()) {
      remedy = "did you mean \"%s\"?".formatted(relativeTo(TreePath.child(parent, similar.get())));
    } else if (tree.find(parent).filter(FileNode::isDirectory).isEmpty()) {
      remedy = "there is no directory \"%s\" either".formatted(relativeTo(parent));
    } else {
      remedy = "check the spelling, and that no ignore file hides it";
    }
    String at = name.equals(path) ? "" : " (a link to \"%s\")".formatted(relativeTo(path));
    return new FileActionException(
        "source-not-found",
        "\"%s\" not found%s".formatted(TreePath.clean(name), at),
        word,
        "a source without wildcards must exist; paths count from the top of the source",
        remedy);
  }

  private static String relativeTo(String path) {
    return path.length() == 1 ? path : TreePath.relative(path);
  }

  /** Tells which directories need not be entered. */
  private static final class Expansion {
    private final GlobPattern pattern;
    private final String[] parts;
    private final boolean byPart;

    Expansion(GlobPattern pattern) {
      this.pattern = pattern;
      String text = pattern.toString();
      // a set may match a slash, so its pattern has no parts
      this.byPart = text.indexOf('[') < 0;
      this.parts = text.split("/", -1);
    }

    boolean mayMatchBelow(String relative) {
      if (!byPart) {
        return true;
      }
      int depth = 0;
      int start = 0;
      for (int slash = relative.indexOf('/'); slash >= 0; ) {
        depth++;
        start = slash + 1;
        slash = relative.indexOf('/', start);
      }
      // parents were asked before
      return depth + 1 < parts.length
          && GlobPattern.of(parts[depth]).matches(relative.substring(start));
    }
  }
}
