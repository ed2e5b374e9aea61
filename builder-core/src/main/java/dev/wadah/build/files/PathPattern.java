package dev.wadah.build.files;

import java.util.ArrayList;
import java.util.Arrays;
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
      case GENERAL -> path.startsWith(literalPrefix) && new Run(path).matches();
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

  /**
   * One comparison: all steps that the characters so far may have led to are followed side by side,
   * so that it takes no longer than steps times characters, whatever the pattern. Bit {@code 2 s}
   * stands for being before step {@code s}, bit {@code 2 s + 1} for being within the directories of
   * step {@code s}, which end only behind a slash.
   */
  private final class Run {
    private final String path;
    private States now = new States();
    private States next = new States();

    Run(String path) {
      this.path = path;
    }

    boolean matches() {
      boolean all = enter(now, 0);
      for (int n = 0; !all && n < path.length(); ) {
        int c = path.codePointAt(n);
        n += Character.charCount(c);
        all = read(c);
        if (!all && next.isEmpty()) {
          return false;
        }
        States read = next;
        next = now;
        now = read;
        next.clear();
      }
      return all || now.has(2 * program.length);
    }

    /** Reads a character; true when whatever follows matches. */
    private boolean read(int c) {
      for (int word = now.first; word <= now.last; word++) {
        for (long bits = now.words[word]; bits != 0; bits &= bits - 1) {
          if (read(c, word * Long.SIZE + Long.numberOfTrailingZeros(bits))) {
            return true;
          }
        }
      }
      return false;
    }

    private boolean read(int c, int bit) {
      int step = bit >> 1;
      if ((bit & 1) == 1) {
        next.add(bit);
        return c == '/' && enter(next, step + 1);
      }
      if (step == program.length || program[step] == DIRECTORIES) {
        return false;
      }
      if (program[step] == STAR) {
        return c != '/' && enter(next, step);
      }
      return accepts(program[step], c) && enter(next, step + 1);
    }

    /** Comes to a step, and past it where it may stand for nothing; true when it is the rest. */
    private boolean enter(States states, int first) {
      int step = first;
      while (step < program.length && !states.has(2 * step)) {
        states.add(2 * step);
        switch (program[step]) {
          case REST -> {
            return true;
          }
          case DIRECTORIES -> states.add(2 * step + 1);
          case STAR -> {}
          default -> {
            return false;
          }
        }
        step++;
      }
      states.add(2 * step);
      return false;
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
  }

  /** A set of bits that knows where its first and last are, so that few bits cost little. */
  private final class States {
    private final long[] words = new long[(2 * program.length + Long.SIZE) / Long.SIZE];
    private int first = words.length;
    private int last = -1;

    void add(int bit) {
      int word = bit / Long.SIZE;
      words[word] |= 1L << bit;
      first = Math.min(first, word);
      last = Math.max(last, word);
    }

    boolean has(int bit) {
      return (words[bit / Long.SIZE] & 1L << bit) != 0;
    }

    boolean isEmpty() {
      return last < 0;
    }

    void clear() {
      if (last >= 0) {
        Arrays.fill(words, first, last + 1, 0);
      }
      first = words.length;
      last = -1;
    }
  }
}
