package dev.wadah.build.files;

import java.util.ArrayList;
import java.util.List;

/** The value of --chmod: an octal mode, or a symbolic change such as {@code u=rwX,go=rX}. */
public final class ModeChange {
  private static final int PERMISSIONS = 0777;
  private static final int ALL_BITS = 07777;
  private static final int EXECUTE = 0111;
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int STICKY = 01000;
  private static final int UMASK = 022;

  private static final int SYMBOLIC = -1;

  private final int absolute;
  private final List<Clause> clauses;

  private ModeChange(int absolute, List<Clause> clauses) {
    this.absolute = absolute;
    this.clauses = List.copyOf(clauses);
  }

  /** One {@code who operator permissions}. */
  private record Clause(int who, boolean masked, char operator, String permissions) {}

  /**
   * Parses a mode.
   *
   * @throws FileActionException if it is neither octal up to 7777 nor symbolic
   */
  public static ModeChange parse(String text) throws FileActionException {
    if (text.matches("[0-7]{1,10}") && Long.parseLong(text, 8) <= ALL_BITS) {
      return new ModeChange(Integer.parseInt(text, 8), List.of());
    }
    List<Clause> clauses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!addClauses(part, clauses)) {
        throw new FileActionException(
            "invalid-chmod",
            "--chmod \"%s\" is no file mode".formatted(text),
            text,
            "a mode is octal, 0 to 7777, or symbolic as for chmod(1)",
            "write it like --chmod=755 or --chmod=u=rwX,go=rX");
      }
    }
    return new ModeChange(SYMBOLIC, clauses);
  }

  private static boolean addClauses(String part, List<Clause> clauses) {
    int i = 0;
    int who = 0;
    for (; i < part.length() && "ugoa".indexOf(part.charAt(i)) >= 0; i++) {
      who |=
          switch (part.charAt(i)) {
            case 'u' -> 0700 | SETUID;
            case 'g' -> 0070 | SETGID;
            case 'o' -> 0007;
            default -> PERMISSIONS | SETUID | SETGID;
          };
    }
    boolean masked = who == 0;
    int subject = masked ? PERMISSIONS | SETUID | SETGID : who;
    if (i == part.length()) {
      return false;
    }
    while (i < part.length()) {
      char operator = part.charAt(i++);
      int end = i;
      while (end < part.length() && "rwxXstugo".indexOf(part.charAt(end)) >= 0) {
        end++;
      }
      if ("+-=".indexOf(operator) < 0) {
        return false;
      }
      clauses.add(new Clause(subject, masked, operator, part.substring(i, end)));
      i = end;
    }
    return true;
  }

  /**
   * The mode after the change.
   *
   * @param mode permission bits with setuid, setgid and sticky
   * @param directory whether it is a directory's, for {@code X}
   */
  public int apply(int mode, boolean directory) {
    if (absolute != SYMBOLIC) {
      return absolute;
    }
    int result = mode;
    for (Clause clause : clauses) {
      result = apply(clause, result, directory || (mode & EXECUTE) != 0);
    }
    return result;
  }

  /** The mode of a directory that is made on the way, where the file system's umask counts. */
  public int ofCreatedParent() {
    return apply(0755, true) & PERMISSIONS & ~UMASK;
  }

  private static int apply(Clause clause, int mode, boolean executable) {
    int bits = 0;
    for (int i = 0; i < clause.permissions.length(); i++) {
      bits |=
          switch (clause.permissions.charAt(i)) {
            case 'r' -> 0444 & clause.who;
            case 'w' -> 0222 & clause.who;
            case 'x' -> EXECUTE & clause.who;
            case 'X' -> executable ? EXECUTE & clause.who : 0;
            case 's' -> (SETUID | SETGID) & clause.who;
            case 't' -> STICKY;
            case 'u' -> spread(mode >> 6) & clause.who;
            case 'g' -> spread(mode >> 3) & clause.who;
            default -> spread(mode) & clause.who;
          };
    }
    if (clause.masked) {
      bits &= ~UMASK;
    }
    return switch (clause.operator) {
      case '+' -> mode | bits;
      case '-' -> mode & ~bits;
      default -> (mode & ~clause.who) | bits;
    };
  }

  private static int spread(int bits) {
    return (bits & 7) * EXECUTE;
  }
}
