package dev.wadah.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An operating system and processor, in Go's names (image-spec image-index.md "platform").
 *
 * @param os such as linux
 * @param architecture such as amd64 or arm64
 * @param variant such as v7; in a {@link #normalised()} platform empty where the architecture has
 *     only one, also for arm64's v8
 * @param osVersion such as 10.0.17763.1040 of Windows; empty otherwise
 * @param osFeatures such as win32k of Windows
 */
public record Platform(
    String os,
    String architecture,
    Optional<String> variant,
    Optional<String> osVersion,
    List<String> osFeatures) {
  public Platform {
    osFeatures = List.copyOf(osFeatures);
  }

  /** A platform that says nothing of the system's version. */
  public Platform(String os, String architecture, Optional<String> variant) {
    this(os, architecture, variant, Optional.empty(), List.of());
  }

  /** The same processor with this operating system. */
  Platform withOs(String name) {
    return new Platform(name, architecture, variant, osVersion, osFeatures);
  }

  /** The same processor with this version of the system. */
  public Platform withSystem(Optional<String> version, List<String> features) {
    return version.isEmpty() && features.isEmpty()
        ? this
        : new Platform(os, architecture, variant, version, features);
  }

  private static final List<String> OPERATING_SYSTEMS =
      List.of("linux", "windows", "darwin", "freebsd", "wasip1");

  /** What Go calls the processor of this machine, asked once. */
  private static final Platform HOST =
      normalised("linux", System.getProperty("os.arch", "amd64"), "");

  // Both by hand: what the compiler makes of a record is linked at run time, which takes 10 ms.
  @Override
  public boolean equals(Object other) {
    return other instanceof Platform that
        && os.equals(that.os)
        && architecture.equals(that.architecture)
        && variant.equals(that.variant);
  }

  @Override
  public int hashCode() {
    return (os.hashCode() * 31 + architecture.hashCode()) * 31 + variant.hashCode();
  }

  /**
   * Parses {@code os/architecture[/variant]} or {@code os} or {@code architecture}; normalises
   * aliases such as x86_64, aarch64 and arm64/v8.
   *
   * @throws IllegalArgumentException naming the fault
   */
  public static Platform parse(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    if (parts.length > 3 || !areNames(parts)) {
      throw new IllegalArgumentException(
          "platform \"%s\" is not of the form os/architecture[/variant]".formatted(text));
    }
    if (parts.length == 1) {
      Platform host = host();
      return OPERATING_SYSTEMS.contains(parts[0])
          ? new Platform(parts[0], host.architecture, host.variant)
          : normalised("linux", parts[0], "");
    }
    return normalised(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
  }

  /** The platform of this machine. */
  public static Platform host() {
    return HOST;
  }

  private static boolean areNames(String[] parts) {
    for (String part : parts) {
      if (part.isEmpty()) {
        return false;
      }
      for (int i = 0; i < part.length(); i++) {
        char c = part.charAt(i);
        if (!((c >= 'a' && c <= 'z')
            || (c >= '0' && c <= '9')
            || c == '_'
            || c == '.'
            || c == '-')) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * What a machine of this platform can run, best first, by the rules of containerd's {@code
   * platforms.Only}: lower variants of the same processor, then its 32-bit forms.
   */
  public List<Platform> runnable() {
    List<Platform> best = new ArrayList<>();
    switch (architecture) {
      case "amd64" -> {
        addVariants(best, "amd64", variantNumber(1), 1);
        best.add(new Platform(os, "386", Optional.empty()));
      }
      case "arm64" -> {
        best.add(new Platform(os, architecture, variant));
        if (variant.isPresent()) {
          best.add(new Platform(os, "arm64", Optional.empty()));
        }
        addVariants(best, "arm", 8, 5);
      }
      case "arm" -> addVariants(best, "arm", variantNumber(7), 5);
      default -> best.add(new Platform(os, architecture, variant));
    }
    return List.copyOf(best);
  }

  /**
   * How well an image of {@code candidate} suits this platform: 0 is best, -1 is not at all.
   *
   * @param candidate as an index or a config names it
   */
  public int preference(Platform candidate) {
    return runnable().indexOf(candidate.normalised());
  }

  private void addVariants(List<Platform> best, String arch, int from, int to) {
    for (int v = from; v >= to; v--) {
      best.add(normalised(os, arch, "v" + v));
    }
  }

  private int variantNumber(int absent) {
    String v = variant.orElse("");
    return v.length() == 2 && v.charAt(0) == 'v' && Character.isDigit(v.charAt(1))
        ? v.charAt(1) - '0'
        : absent;
  }

  /**
   * The same platform with aliases replaced, to be compared with others: an index may say {@code
   * linux/arm64/v8} where somebody wants {@code linux/arm64}.
   */
  public Platform normalised() {
    return normalised(os, architecture, variant.orElse("")).withSystem(osVersion, osFeatures);
  }

  /** A platform with aliases replaced. */
  public static Platform normalised(String os, String architecture, String variant) {
    String arch = architecture.toLowerCase(Locale.ROOT);
    String v = variant.toLowerCase(Locale.ROOT);
    switch (arch) {
      case "x86_64", "x86-64" -> arch = "amd64";
      case "i386", "i686", "x86" -> arch = "386";
      case "aarch64" -> arch = "arm64";
      case "armhf" -> {
        arch = "arm";
        v = v.isEmpty() ? "v7" : v;
      }
      case "armel" -> {
        arch = "arm";
        v = v.isEmpty() ? "v6" : v;
      }
      default -> {}
    }
    if (arch.equals("arm64") && (v.equals("v8") || v.equals("8"))) {
      v = "";
    }
    if (arch.equals("arm") && v.isEmpty()) {
      v = "v7";
    }
    if (arch.equals("amd64") && v.equals("v1")) {
      v = "";
    }
    return new Platform(os, arch, v.isEmpty() ? Optional.empty() : Optional.of(v));
  }

  @Override
  public String toString() {
    return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
  }
}
