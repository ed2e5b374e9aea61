package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Visits what a copy takes from one source: everything below it that --exclude leaves and --parents
 * asks for. A directory that is not itself asked for is visited just before the first file in it
 * that is.
 */
final class SourceWalk {
  private final FileTree tree;
  private final PathPatterns excludes;
  private final Visitor visitor;
  private final Deque<Open> open = new ArrayDeque<>();

  SourceWalk(FileTree tree, PathPatterns excludes, Visitor visitor) {
    this.tree = tree;
    this.excludes = excludes;
    this.visitor = visitor;
  }

  /** Hears what is copied, parents first. */
  interface Visitor {
    /**
     * A file of any kind.
     *
     * @param relative path seen from the source; empty for the source itself
     * @param path path in the tree
     */
    void visit(String relative, String path, FileNode node) throws IOException, FileActionException;

    /**
     * Asks, after a directory was visited, whether the visitor takes all below it as one; then it
     * is not entered.
     */
    default boolean takes(Subtree below) throws IOException, FileActionException {
      return false;
    }

    /**
     * Asks whether the visitor takes some of a directory's files together, of which none is left
     * out; these are not visited.
     *
     * @param relative the directory, seen from the source
     * @return how many from {@code index} on
     */
    default int takes(String relative, FileTree.Children children, int index) throws IOException {
      return 0;
    }
  }

  /** What is copied below a directory, which may be walked later, and again. */
  final class Subtree {
    private final String relative;
    private final String path;
    private final Scope scope;
    private final Level level;

    private Subtree(String relative, String path, Scope scope, Level level) {
      this.relative = relative;
      this.path = path;
      this.scope = scope;
      this.level = level;
    }

    /** The directory, seen from the source; empty for the source itself. */
    String relative() {
      return relative;
    }

    /** Visits everything below the directory. */
    void walk(Visitor other) throws IOException, FileActionException {
      SourceWalk walk = new SourceWalk(tree, excludes, other);
      walk.enter(relative, path, scope, level);
      walk.go();
    }
  }

  /** The --exclude patterns of a copy. */
  static PathPatterns excludes(FileAction.Options options) throws FileActionException {
    try {
      return PathPatterns.parse(options.excludes());
    } catch (IllegalArgumentException e) {
      throw new FileActionException(
          "invalid-pattern",
          e.getMessage(),
          "--exclude",
          "--exclude takes patterns as .dockerignore does",
          "correct the pattern");
    }
  }

  /** Visits one source. */
  void walk(Sources.Source source) throws IOException, FileActionException {
    if (!source.node().isDirectory()) {
      if (!excludedByName(source)) {
        visitor.visit("", source.path(), source.node());
      }
      return;
    }
    visitor.visit("", source.path(), source.node());
    Scope scope = new Scope(source.include().map(SourceWalk::include));
    below("", source.path(), scope, new Level(null, "", null, null, true));
    go();
  }

  private void below(String relative, String path, Scope scope, Level level)
      throws IOException, FileActionException {
    if (!level.visited || !visitor.takes(new Subtree(relative, path, scope, level))) {
      enter(relative, path, scope, level);
    }
  }

  /** Of what a wildcard names directly, --exclude leaves files out by their name. */
  private boolean excludedByName(Sources.Source source) {
    return !excludes.isEmpty()
        && GlobPattern.hasWildcard(source.word())
        && excludes.match(TreePath.name(source.name())).matched();
  }

  private static PathPatterns include(String pattern) {
    return PathPatterns.parse(List.of(pattern));
  }

  private record Scope(Optional<PathPatterns> include) {}

  /** A directory on the way down; {@code visited} tells whether the visitor knows it. */
  private static final class Level {
    private final Level parent;
    private final String relative;
    private final String path;
    private final FileNode node;
    private boolean visited;
    private PathPatterns.Match included = PathPatterns.ROOT;
    private PathPatterns.Match excluded = PathPatterns.ROOT;

    Level(Level parent, String relative, String path, FileNode node, boolean visited) {
      this.parent = parent;
      this.relative = relative;
      this.path = path;
      this.node = node;
      this.visited = visited;
    }
  }

  /** A directory that is being walked. */
  private static final class Open {
    private final String relative;
    private final String path;
    private final FileTree.Children children;
    private final Scope scope;
    private final Level level;
    private int next;

    Open(String relative, String path, FileTree.Children children, Scope scope, Level level) {
      this.relative = relative;
      this.path = path;
      this.children = children;
      this.scope = scope;
      this.level = level;
    }
  }

  private void enter(String relative, String path, Scope scope, Level level) throws IOException {
    open.push(new Open(relative, path, tree.children(path), scope, level));
  }

  /** Walks what was entered; a stack of our own, since directories may lie thousands deep. */
  private void go() throws IOException, FileActionException {
    while (!open.isEmpty()) {
      Open at = open.peek();
      if (at.next == at.children.size()) {
        open.pop();
        continue;
      }
      if (at.scope.include.isEmpty() && excludes.isEmpty()) {
        int taken = visitor.takes(at.relative, at.children, at.next);
        if (taken > 0) {
          at.next += taken;
          continue;
        }
      }
      int index = at.next++;
      FileNode node = at.children.node(index);
      // a file that has gone since the directory was read was never there
      if (node != null) {
        String name = at.children.name(index);
        String relative = at.relative.isEmpty() ? name : at.relative + "/" + name;
        entry(relative, TreePath.child(at.path, name), node, at.scope, at.level);
      }
    }
  }

  private void entry(String relative, String path, FileNode node, Scope scope, Level level)
      throws IOException, FileActionException {
    boolean wanted = true;
    PathPatterns.Match included = PathPatterns.ROOT;
    PathPatterns.Match excluded = PathPatterns.ROOT;
    if (scope.include.isPresent()) {
      included = scope.include.get().match(relative, level.included);
      wanted = included.matched();
    }
    if (!excludes.isEmpty()) {
      excluded = excludes.match(relative, level.excluded);
      wanted &= !excluded.matched();
    }
    if (wanted) {
      visitParents(level);
      visitor.visit(relative, path, node);
    }
    if (node.isDirectory() && (wanted || mayWantBelow(relative, scope, included, excluded))) {
      Level inner = new Level(level, relative, path, node, wanted);
      inner.included = included;
      inner.excluded = excluded;
      below(relative, path, scope, inner);
    }
  }

  private boolean mayWantBelow(
      String relative, Scope scope, PathPatterns.Match included, PathPatterns.Match excluded) {
    boolean mayInclude =
        scope.include.isEmpty()
            || included.matched()
            || scope.include.get().mayMatchBelow(relative);
    return mayInclude && (!excluded.matched() || excludes.mayExceptBelow(relative));
  }

  private void visitParents(Level level) throws IOException, FileActionException {
    Deque<Level> unvisited = new ArrayDeque<>();
    for (Level at = level; !at.visited; at = at.parent) {
      unvisited.push(at);
    }
    for (Level at : unvisited) {
      visitor.visit(at.relative, at.path, at.node);
      at.visited = true;
    }
  }
}
