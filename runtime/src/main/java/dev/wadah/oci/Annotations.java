package dev.wadah.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Annotations that a user asks for, by {@code --annotation [level[platform],…:]key=value} or by the
 * attributes {@code annotation[-level][platform].key=value} of an output (buildx, "--annotation").
 */
public final class Annotations {
  private static final String PREFIX = "annotation";

  /** What is right, for a message's why. */
  public static final String FORM =
      "an annotation is [level:]key=value; levels are manifest, index, manifest-descriptor and"
          + " index-descriptor, each with an optional [platform]";

  /** What an annotation is written into. */
  public enum Level {
    MANIFEST("manifest"),
    INDEX("index"),
    MANIFEST_DESCRIPTOR("manifest-descriptor"),
    INDEX_DESCRIPTOR("index-descriptor");

    private final String text;

    Level(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private record Annotation(Level level, Optional<Platform> platform, String key, String value) {}

  private final List<Annotation> all = new ArrayList<>();

  /**
   * Reads flags and attributes; attributes that are no annotations are left alone.
   *
   * @throws IllegalArgumentException naming the one that is not of the form
   */
  public static Annotations of(List<String> flags, Map<String, String> attributes) {
    Annotations annotations = new Annotations();
    for (String flag : flags) {
      annotations.addFlag(flag);
    }
    for (Map.Entry<String, String> attribute : attributes.entrySet()) {
      if (isAnnotation(attribute.getKey())) {
        annotations.addAttribute(attribute.getKey(), attribute.getValue());
      }
    }
    return annotations;
  }

  /** Whether an attribute is an annotation. */
  public static boolean isAnnotation(String attribute) {
    return attribute.startsWith(PREFIX)
        && attribute.length() > PREFIX.length()
        && "-[.".indexOf(attribute.charAt(PREFIX.length())) >= 0;
  }

  private void addFlag(String flag) {
    int equals = flag.indexOf('=');
    if (equals <= 0) {
      throw malformed(flag);
    }
    String key = flag.substring(0, equals);
    String value = flag.substring(equals + 1);
    int colon = levelsEnd(key);
    if (colon < 0) {
      all.add(new Annotation(Level.MANIFEST, Optional.empty(), key, value));
      return;
    }
    for (String level : key.substring(0, colon).split(",(?![^\\[]*\\])", -1)) {
      all.add(annotation(level, key.substring(colon + 1), value, flag));
    }
  }

  /**
   * The colon behind levels; keys may hold colons too, so only what looks like a level counts, as
   * for buildx: small letters and dashes.
   */
  private static int levelsEnd(String key) {
    int colon = key.indexOf(':');
    int end = 0;
    while (end < colon && (key.charAt(end) == '-' || isSmallLetter(key.charAt(end)))) {
      end++;
    }
    boolean level = end > 0 && (end == colon || ",[".indexOf(key.charAt(end)) >= 0);
    return level ? colon : -1;
  }

  private static boolean isSmallLetter(char c) {
    return c >= 'a' && c <= 'z';
  }

  private void addAttribute(String attribute, String value) {
    int bracket = attribute.indexOf('[');
    int dot = attribute.indexOf('.', bracket < 0 ? 0 : Math.max(attribute.indexOf(']'), 0));
    if (dot < 0) {
      throw malformed(attribute);
    }
    String level = attribute.substring(PREFIX.length(), dot);
    if (level.startsWith("-")) {
      level = level.substring(1);
    } else {
      level = "manifest" + level;
    }
    all.add(annotation(level, attribute.substring(dot + 1), value, attribute));
  }

  private static Annotation annotation(String level, String key, String value, String whole) {
    int bracket = level.indexOf('[');
    String name = bracket < 0 ? level : level.substring(0, bracket);
    Optional<Platform> platform = Optional.empty();
    if (bracket >= 0) {
      if (!level.endsWith("]")) {
        throw malformed(whole);
      }
      try {
        platform = Optional.of(Platform.parse(level.substring(bracket + 1, level.length() - 1)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "annotation \"%s\": %s".formatted(whole, e.getMessage()), e);
      }
    }
    for (Level known : Level.values()) {
      if (known.text.equals(name) && !key.isEmpty()) {
        return new Annotation(known, platform, key, value);
      }
    }
    throw malformed(whole);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException("annotation \"%s\" is malformed".formatted(text));
  }

  /** The annotations of one level; for a platform those that name none or this one. */
  public Map<String, String> of(Level level, Optional<Platform> platform) {
    Map<String, String> found = new TreeMap<>();
    Optional<Platform> normalised = platform.map(Platform::normalised);
    for (Annotation annotation : all) {
      if (annotation.level == level
          && (annotation.platform.isEmpty() || annotation.platform.equals(normalised))) {
        found.put(annotation.key, annotation.value);
      }
    }
    return found;
  }

  /** Whether one is of this level. */
  public boolean has(Level level) {
    return all.stream().anyMatch(a -> a.level == level);
  }

  /** Whether one needs an index to be written into. */
  public boolean needIndex() {
    Set<Level> levels = Set.of(Level.INDEX, Level.MANIFEST_DESCRIPTOR, Level.INDEX_DESCRIPTOR);
    return all.stream().anyMatch(a -> levels.contains(a.level));
  }
}
