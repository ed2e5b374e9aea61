package dev.wadah.build.graph;

import java.util.Locale;
import java.util.Set;

/** The signals that STOPSIGNAL takes (signal(7), with Go's names). */
final class Signals {
  private static final Set<String> NAMES =
      Set.of(
          "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT",
          "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
          "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
          "RTMIN", "RTMAX");

  private Signals() {}

  /** Whether {@code text} is a number other than 0, or a name with or without SIG. */
  static boolean isSignal(String text) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return text.chars().anyMatch(c -> c != '0');
    }
    String name = text.toUpperCase(Locale.ROOT);
    name = name.startsWith("SIG") ? name.substring(3) : name;
    return NAMES.contains(name) || isRealTime(name);
  }

  private static boolean isRealTime(String name) {
    boolean up = name.startsWith("RTMIN+");
    boolean down = name.startsWith("RTMAX-");
    if (!up && !down) {
      return false;
    }
    String digits = name.substring(6);
    if (digits.isEmpty() || digits.length() > 2 || !digits.chars().allMatch(Character::isDigit)) {
      return false;
    }
    int offset = Integer.parseInt(digits);
    // SIGRTMIN is 34, SIGRTMAX 64; each half is counted from its end.
    return offset >= 1 && offset <= (up ? 15 : 14);
  }
}
