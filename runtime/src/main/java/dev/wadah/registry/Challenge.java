package dev.wadah.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a registry asks for in {@code WWW-Authenticate} (RFC 9110 section 11.6.1).
 *
 * @param scheme in lower case: bearer, basic
 * @param parameters by lower-case name
 */
record Challenge(String scheme, Map<String, String> parameters) {

  /** The challenge that we can answer best: bearer before basic. */
  static Optional<Challenge> best(List<String> headers) {
    Challenge basic = null;
    for (String header : headers) {
      for (Challenge challenge : parse(header)) {
        if (challenge.scheme.equals("bearer") && challenge.parameters.containsKey("realm")) {
          return Optional.of(challenge);
        }
        if (challenge.scheme.equals("basic")) {
          basic = challenge;
        }
      }
    }
    return Optional.ofNullable(basic);
  }

  /** Parses a header that may hold several challenges. */
  static List<Challenge> parse(String header) {
    List<Challenge> challenges = new ArrayList<>();
    Scanner in = new Scanner(header);
    Challenge current = null;
    while (in.skipTo()) {
      String word = in.token();
      if (word.isEmpty()) {
        return challenges;
      }
      if (in.accept('=')) {
        if (current != null) {
          current.parameters.put(word.toLowerCase(Locale.ROOT), in.value());
        }
      } else {
        current = new Challenge(word.toLowerCase(Locale.ROOT), new TreeMap<>());
        challenges.add(current);
      }
    }
    return challenges;
  }

  /** Walks over a header. */
  private static final class Scanner {
    private final String text;
    private int at;

    Scanner(String text) {
      this.text = text;
    }

    /** Skips blanks and commas; false at the end. */
    boolean skipTo() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == ',')) {
        at++;
      }
      return at < text.length();
    }

    String token() {
      int from = at;
      while (at < text.length() && " ,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }

    boolean accept(char c) {
      if (at < text.length() && text.charAt(at) == c) {
        at++;
        return true;
      }
      return false;
    }

    String value() {
      if (!accept('"')) {
        return token();
      }
      StringBuilder value = new StringBuilder();
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      at++;
      return value.toString();
    }
  }
}
