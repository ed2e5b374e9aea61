package dev.wadah.oci;

import java.util.Locale;
import java.util.Optional;

/**
 * The grammar of references (distribution/reference, file reference.go and normalize.go), with the
 * faults in its words. A scanner rather than patterns: it runs in every command.
 */
final class ReferenceGrammar {
  /** The longest repository path. */
  static final int MAX_PATH_LENGTH = 255;

  /** The longest tag. */
  static final int MAX_TAG_LENGTH = 128;

  private static final String INVALID = "invalid reference format";

  private ReferenceGrammar() {}

  static ImageReference parseNormalised(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException(INVALID);
    }
    if (text.length() == 64 && Digest.isLowerHex(text)) {
      throw new IllegalArgumentException(
          "invalid repository name (%s), cannot specify 64-byte hexadecimal strings"
              .formatted(text));
    }
    int slash = text.indexOf('/');
    String domain = ImageReference.DEFAULT_DOMAIN;
    String rest = text;
    if (slash >= 0 && isDomain(text.substring(0, slash))) {
      domain = text.substring(0, slash);
      rest = text.substring(slash + 1);
    }
    if (domain.equals("index.docker.io")) {
      domain = ImageReference.DEFAULT_DOMAIN;
    }
    if (domain.equals(ImageReference.DEFAULT_DOMAIN) && rest.indexOf('/') < 0) {
      rest = "library/" + rest;
    }
    return parseParts(domain, rest);
  }

  /** Whether a first component is a host: localhost, or with a dot, colon or upper-case letter. */
  private static boolean isDomain(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || !first.equals(first.toLowerCase(Locale.ROOT));
  }

  private static ImageReference parseParts(String domain, String rest) {
    int colon = rest.indexOf(':');
    String lowered = colon < 0 ? rest : rest.substring(0, colon);
    if (!lowered.equals(lowered.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          INVALID + ": repository name (" + lowered + ") must be lowercase");
    }
    int at = rest.indexOf('@');
    Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(digest(rest, at + 1));
    String name = at < 0 ? rest : rest.substring(0, at);
    colon = name.indexOf(':');
    Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(name.substring(colon + 1));
    String path = colon < 0 ? name : name.substring(0, colon);
    if (!isHost(domain) || !isPath(path) || (tag.isPresent() && !isTag(tag.get()))) {
      throw new IllegalArgumentException(INVALID);
    }
    if (path.length() > MAX_PATH_LENGTH) {
      throw new IllegalArgumentException(
          "repository name must not be more than " + MAX_PATH_LENGTH + " characters");
    }
    return new ImageReference(domain, path, tag, digest);
  }

  private static Digest digest(String rest, int from) {
    String text = rest.substring(from);
    int colon = text.indexOf(':');
    if (colon <= 0 || text.length() - colon <= 32) {
      throw new IllegalArgumentException(INVALID);
    }
    for (int i = colon + 1; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), 16) < 0) {
        throw new IllegalArgumentException(INVALID);
      }
    }
    String algorithm = text.substring(0, colon);
    if (!algorithm.equals("sha256") && !algorithm.equals("sha512")) {
      throw new IllegalArgumentException("unsupported digest algorithm");
    }
    if (text.length() - colon - 1 != (algorithm.equals("sha256") ? 64 : 128)) {
      throw new IllegalArgumentException("invalid checksum digest length");
    }
    if (!Digest.isLowerHex(text.substring(colon + 1))) {
      throw new IllegalArgumentException("invalid checksum digest format");
    }
    return Digest.parse(text);
  }

  /** Host names, IPv4 and bracketed IPv6 addresses, with or without a port. */
  private static boolean isHost(String text) {
    int end = text.length();
    int colon = text.lastIndexOf(':');
    if (colon > text.lastIndexOf(']')) {
      if (colon == end - 1 || !isDigits(text, colon + 1, end)) {
        return false;
      }
      end = colon;
    }
    if (text.startsWith("[")) {
      return text.charAt(end - 1) == ']' && isAddress(text, 1, end - 1);
    }
    int from = 0;
    while (true) {
      int dot = text.indexOf('.', from);
      int to = dot < 0 || dot > end ? end : dot;
      if (!isHostLabel(text, from, to)) {
        return false;
      }
      if (to == end) {
        return true;
      }
      from = to + 1;
    }
  }

  private static boolean isHostLabel(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean inside = i > from && i < to - 1;
      if (!isLetterOrDigit(c) && !(c == '-' && inside)) {
        return false;
      }
    }
    return to > from;
  }

  private static boolean isAddress(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != ':' && Character.digit(text.charAt(i), 16) < 0) {
        return false;
      }
    }
    return to > from;
  }

  private static boolean isDigits(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Components of lower-case letters and digits, joined by slashes. */
  private static boolean isPath(String path) {
    int from = 0;
    while (true) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      if (!isPathComponent(path, from, to)) {
        return false;
      }
      if (slash < 0) {
        return true;
      }
      from = to + 1;
    }
  }

  /** Letters and digits, between them one of: a dot, one or two underscores, any dashes. */
  private static boolean isPathComponent(String text, int from, int to) {
    int i = from;
    while (i < to && isAlphanumeric(text.charAt(i))) {
      while (i < to && isAlphanumeric(text.charAt(i))) {
        i++;
      }
      int separator = i;
      while (i < to && !isAlphanumeric(text.charAt(i))) {
        i++;
      }
      if (i > separator && (i == to || !isSeparator(text.substring(separator, i)))) {
        return false;
      }
    }
    return to > from && i == to;
  }

  private static boolean isSeparator(String text) {
    return text.equals(".")
        || text.equals("_")
        || text.equals("__")
        || text.equals("-".repeat(text.length()));
  }

  private static boolean isTag(String tag) {
    for (int i = 0; i < tag.length(); i++) {
      char c = tag.charAt(i);
      if (!isLetterOrDigit(c) && c != '_' && !((c == '.' || c == '-') && i > 0)) {
        return false;
      }
    }
    return !tag.isEmpty() && tag.length() <= MAX_TAG_LENGTH;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isLetterOrDigit(char c) {
    return isAlphanumeric(c) || (c >= 'A' && c <= 'Z');
  }
}
