package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.Quantities;
import dev.wadah.cli.UsageException;
import dev.wadah.cli.container.Attachment.Bind;
import dev.wadah.cli.container.Attachment.Missing;
import dev.wadah.cli.container.Attachment.Tmpfs;
import dev.wadah.cli.container.Attachment.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code -v}, {@code --mount} and {@code --tmpfs} as docker does. */
final class AttachmentFlags {
  private static final int TMPFS_MODE = 01777;

  private AttachmentFlags() {}

  static List<Attachment> parse(Arguments arguments) throws UsageException {
    List<Attachment> attachments = new ArrayList<>();
    for (String text : arguments.values("volume")) {
      attachments.add(volume(text));
    }
    for (String text : arguments.values("mount")) {
      attachments.add(mount(text));
    }
    for (String text : arguments.values("tmpfs")) {
      attachments.add(tmpfs(text));
    }
    return attachments;
  }

  /** {@code SOURCE:TARGET[:OPTIONS]}, or {@code TARGET} for a fresh volume. */
  static Attachment volume(String text) throws UsageException {
    String[] parts = text.split(":", -1);
    if (parts.length == 1) {
      return new Volume("", target(text, parts[0]), false);
    }
    if (parts.length > 3 || parts[0].isEmpty()) {
      throw bad("--volume", text, "SOURCE:TARGET[:ro]");
    }
    boolean readOnly = parts.length == 3 && isReadOnly(text, parts[2]);
    String target = target(text, parts[1]);
    String source = parts[0];
    if (source.startsWith("/") || source.startsWith(".") || source.startsWith("~")) {
      return new Bind(path(source), target, readOnly, Missing.MADE);
    }
    return new Volume(name(text, source), target, readOnly);
  }

  private static boolean isReadOnly(String text, String options) throws UsageException {
    boolean readOnly = false;
    for (String option : options.split(",", -1)) {
      switch (option) {
        case "ro", "readonly" -> readOnly = true;
        case "rw",
            "z",
            "Z",
            "nocopy",
            "cached",
            "delegated",
            "consistent",
            "private",
            "rprivate" -> {
          // Said of things that are so anyway here.
        }
        default -> throw bad("--volume", text, "options are ro and rw");
      }
    }
    return readOnly;
  }

  /** {@code type=bind,src=PATH,dst=PATH,readonly}. */
  static Attachment mount(String text) throws UsageException {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : text.split(",", -1)) {
      int equals = field.indexOf('=');
      String key = equals < 0 ? field : field.substring(0, equals);
      fields.put(alias(key), equals < 0 ? "true" : field.substring(equals + 1));
    }
    for (String key : fields.keySet()) {
      if (!List.of(
              "type",
              "source",
              "target",
              "readonly",
              "tmpfs-size",
              "tmpfs-mode",
              "bind-propagation",
              "consistency",
              "volume-nocopy")
          .contains(key)) {
        throw bad("--mount", text, "there is no field \"%s\"".formatted(key));
      }
    }
    String target = target(text, fields.getOrDefault("target", ""));
    String source = fields.getOrDefault("source", "");
    boolean readOnly = isTrue(fields.getOrDefault("readonly", "false"));
    return switch (fields.getOrDefault("type", "volume")) {
      case "bind" -> {
        if (source.isEmpty()) {
          throw bad("--mount", text, "type=bind needs src=PATH");
        }
        yield new Bind(path(source), target, readOnly, Missing.REFUSED);
      }
      case "volume" -> new Volume(source.isEmpty() ? "" : name(text, source), target, readOnly);
      case "tmpfs" ->
          new Tmpfs(
              target,
              Quantities.bytes("--mount", fields.getOrDefault("tmpfs-size", "0")),
              mode(text, fields.getOrDefault("tmpfs-mode", "1777")),
              readOnly ? List.of("ro") : List.of());
      default -> throw bad("--mount", text, "type is bind, volume or tmpfs");
    };
  }

  private static String alias(String key) {
    return switch (key) {
      case "src" -> "source";
      case "dst", "destination" -> "target";
      case "ro" -> "readonly";
      default -> key;
    };
  }

  private static boolean isTrue(String value) {
    return value.equals("true") || value.equals("1");
  }

  /** {@code TARGET[:size=64m,mode=1777,noexec]}. */
  static Attachment tmpfs(String text) throws UsageException {
    int colon = text.indexOf(':');
    String target = target(text, colon < 0 ? text : text.substring(0, colon));
    Map<String, String> known = new HashMap<>();
    List<String> options = new ArrayList<>();
    if (colon >= 0) {
      for (String option : text.substring(colon + 1).split(",", -1)) {
        int equals = option.indexOf('=');
        String key = equals < 0 ? option : option.substring(0, equals);
        if (key.equals("size") || key.equals("mode")) {
          known.put(key, option.substring(equals + 1));
        } else if (!option.isEmpty()) {
          options.add(option);
        }
      }
    }
    int mode = known.containsKey("mode") ? mode(text, known.get("mode")) : TMPFS_MODE;
    return new Tmpfs(
        target, Quantities.bytes("--tmpfs", known.getOrDefault("size", "0")), mode, options);
  }

  private static int mode(String text, String octal) throws UsageException {
    try {
      return Integer.parseInt(octal, 8) & 07777;
    } catch (NumberFormatException e) {
      throw bad("--tmpfs", text, "a mode is octal, such as 1777");
    }
  }

  private static String target(String text, String path) throws UsageException {
    if (!path.startsWith("/")) {
      throw bad("the mount", text, "the path in the container is absolute");
    }
    Path normal = Path.of(path).normalize();
    if (normal.getNameCount() == 0) {
      throw bad("the mount", text, "nothing can be mounted on /");
    }
    return normal.toString();
  }

  private static Path path(String source) {
    String home = System.getProperty("user.home");
    return Path.of(source.startsWith("~/") ? home + source.substring(1) : source)
        .toAbsolutePath()
        .normalize();
  }

  private static String name(String text, String name) throws UsageException {
    if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]+")) {
      throw bad(
          "the volume", text, "a name has letters, digits, _ . and -; a path begins with / or .");
    }
    return name;
  }

  private static UsageException bad(String flag, String text, String why) {
    return new UsageException("invalid value \"%s\" for %s".formatted(text, flag), why, "");
  }
}
