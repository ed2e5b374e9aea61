package dev.wadah.build.files;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One line of an ignore file, or the value of one --exclude. As {@link GlobPattern}, and {@code **}
 * matches any number of directories. The rules are those of moby's patternmatcher, with its special
 * cases: a pattern that is literal but for a leading or trailing {@code **} compares ends of
 * strings, so that {@code **foo} matches {@code barfoo} and {@code foo**} matches {@code foobar/x}.
 */
public final class PathPattern {
  private enum Kind {
    EXACT,
    PREFIX,
    SUFFIX,
    GENERAL
  }

  /** One step of a general pattern: a character (positive), or one of these. */
  private static final int ANY = -1;

  private static final int STAR = -2;
  private static final int DIRECTORIES = -3;
  private static final int REST = -4;

  /** Codes at and below this are sets; the set's place in the text is SET - code. */
  private static final int SET = -10;

  private final String text;
  private final boolean negated;
  private final Kind kind;
  private final int[] program;
  private final String literalPrefix;

  private PathPattern(String text, boolean negated) {
    this.text = text;
    this.negated = negated;
    GlobPattern.check(text);
    List<Integer> steps = new ArrayList<>();
    this.kind = compile(text, steps);
    this.program = steps.stream().mapToInt(Integer::intValue).toArray();
    this.literalPrefix = literalPrefix(program);
  }

  /**
   * Compiles a pattern; {@code !} at its beginning makes an exception of it.
   *
   * @throws IllegalArgumentException naming the fault
   */
  public static PathPattern of(String pattern) {
    String trimmed = pattern.strip();
    boolean negated = trimmed.startsWith("!");
    String rest = negated ? trimmed.substring(1) : trimmed;
    if (rest.isEmpty()) {
      throw new IllegalArgumentException("\"!\" needs a pattern behind it");
    }
    return new PathPattern(normalise(rest), negated);
  }

  /** As Go's filepath.Clean, with a leading slash kept. */
  private static String normalise(String pattern) {
    boolean rooted = pattern.startsWith("/");
    List<String> parts = new ArrayList<>();
    for (String part : pattern.split("/", -1)) {
      boolean up = part.equals("..");
      if (up && !parts.isEmpty() && !parts.get(parts.size() - 1).equals("..")) {
        parts.remove(parts.size() - 1);
      } else if (!part.isEmpty() && !part.equals(".") && !(up && rooted)) {
        parts.add(part);
      }
    }
    String joined = String.join("/", parts);
    return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
  }

  private static Kind compile(String text, List<Integer> steps) {
    Kind kind = Kind.EXACT;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int start = i;
      i += Character.charCount(c);
      switch (c) {
        case '*' -> {
          if (i < text.length() && text.charAt(i) == '*') {
            i++;
            if (i < text.length() && text.charAt(i) == '/') {
              i++;
            }
            boolean end = i == text.length();
            kind =
                start == 0 ? Kind.SUFFIX : end && kind == Kind.EXACT ? Kind.PREFIX : Kind.GENERAL;
            steps.add(end ? REST : DIRECTORIES);
          } else {
            kind = Kind.GENERAL;
            steps.add(STAR);
          }
        }
        case '?' -> {
          kind = Kind.GENERAL;
          steps.add(ANY);
        }
        case '[' -> {
          kind = Kind.GENERAL;
          steps.add(SET - start);
          i = CharacterSet.end(text, start);
        }
        case '\\' -> {
          kind = Kind.GENERAL;
          steps.add(text.codePointAt(i));
          i += Character.charCount(text.codePointAt(i));
        }
        default -> steps.add(c);
      }
    }
    return kind;
  }

  private static String literalPrefix(int[] program) {
    StringBuilder prefix = new StringBuilder();
    for (int step : program) {
      if (step < 0) {
        break;
      }
      prefix.appendCodePoint(step);
    }
    return prefix.toString();
  }

  /** Whether this is an exception ({@code !}). */
  public boolean negated() {
    return negated;
  }

  /** Whether exactly this path matches; {@code path} has no leading slash. */
  public boolean matches(String path) {
    return switch (kind) {
      case EXACT -> path.equals(text);
      case PREFIX -> path.startsWith(literalPrefix);
      case SUFFIX -> matchesSuffix(path);
      case GENERAL -> path.startsWith(literalPrefix) && new Run(path).matches(0, 0);
    };
  }

  private boolean matchesSuffix(String path) {
    int length = text.length() - 2;
    if (path.regionMatches(path.length() - length, text, 2, length)) {
      return true;
    }
    // **/foo matches foo as well
    return length > 0
        && text.charAt(2) == '/'
        && path.length() == length - 1
        && path.regionMatches(0, text, 3, length - 1);
  }

  /**
   * Whether the pattern may match something below the directory {@code path}; false only when it
   * certainly does not.
   */
  public boolean mayMatchBelow(String path) {
    if (kind == Kind.SUFFIX || path.isEmpty()) {
      return true;
    }
    int common = Math.min(path.length(), literalPrefix.length());
    if (!path.regionMatches(0, literalPrefix, 0, common)) {
      return false;
    }
    if (literalPrefix.length() > path.length()) {
      return literalPrefix.charAt(path.length()) == '/';
    }
    // a pattern without wildcards is used up here and can only name the directory or its parents
    return kind != Kind.EXACT;
  }

  @Override
  public String toString() {
    return negated ? "!" + text : text;
  }

  /** One comparison; remembers where it failed, so that hostile patterns stay polynomial. */
  private final class Run {
    private final String path;
    private BitSet failed;

    Run(String path) {
      this.path = path;
    }

    boolean matches(int step, int at) {
      int s = step;
      int n = at;
      for (; s < program.length && program[s] != STAR && program[s] != DIRECTORIES; s++) {
        if (program[s] == REST) {
          return true;
        }
        if (n >= path.length()) {
          return false;
        }
        int c = path.codePointAt(n);
        if (!accepts(program[s], c)) {
          return false;
        }
        n += Character.charCount(c);
      }
      return s == program.length ? n == path.length() : matchesMany(s, n);
    }

    private boolean accepts(int step, int c) {
      if (step >= 0) {
        return step == c;
      }
      if (step == ANY) {
        return c != '/';
      }
      int open = SET - step;
      return CharacterSet.contains(text, open, CharacterSet.end(text, open), c);
    }

    private boolean matchesMany(int step, int at) {
      int key = step * (path.length() + 1) + at;
      if (failed != null && failed.get(key)) {
        return false;
      }
      boolean matched = program[step] == STAR ? star(step, at) : directories(step, at);
      if (!matched) {
        if (failed == null) {
          failed = new BitSet();
        }
        failed.set(key);
      }
      return matched;
    }

    private boolean star(int step, int at) {
      for (int n = at; ; n++) {
        if (matches(step + 1, n)) {
          return true;
        }
        if (n >= path.length() || path.charAt(n) == '/') {
          return false;
        }
      }
    }

    private boolean directories(int step, int at) {
      if (matches(step + 1, at)) {
        return true;
      }
      for (int slash = path.indexOf('/', at); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (matches(step + 1, slash + 1)) {
          return true;
        }
      }
      return false;
    }
  }
}
