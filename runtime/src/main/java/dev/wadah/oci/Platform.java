package dev.wadah.oci;

import java.util.Locale;
import java.util.Optional;

/**
 * An operating system and processor, in Go's names (image-spec image-index.md "platform").
 *
 * @param os such as linux
 * @param architecture such as amd64 or arm64
 * @param variant such as v7; empty where the architecture has only one, also for arm64's v8
 */
public record Platform(String os, String architecture, Optional<String> variant) {

  /**
   * Parses {@code os/architecture[/variant]} or {@code os} or {@code architecture}; normalises
   * aliases such as x86_64, aarch64 and arm64/v8.
   *
   * @throws IllegalArgumentException naming the fault
   */
  public static Platform parse(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    if (parts.length > 3 || text.isBlank() || !text.matches("[A-Za-z0-9_./-]+")) {
      throw new IllegalArgumentException(
          "platform \"%s\" is not of the form os/architecture[/variant]".formatted(text));
    }
    if (parts.length == 1) {
      Platform host = host();
      return parts[0].matches("linux|windows|darwin|freebsd")
          ? new Platform(parts[0], host.architecture, host.variant)
          : normalised("linux", parts[0], "");
    }
    return normalised(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
  }

  /** The platform of this machine. */
  public static Platform host() {
    return normalised("linux", System.getProperty("os.arch", "amd64"), "");
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
