package dev.wadah.container;

import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.container.SandboxException.Kind;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.PathResolver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From what USER and {@code --user} say to numbers, by the image's own /etc/passwd and /etc/group
 * (Dockerfile reference "USER"; the odd corners as runc has them, see the methods).
 */
public final class UserLookup {
  /** What is read of either file at most (16 MiB); a real one has a few kilobytes. */
  private static final int MOST_BYTES = 16 << 20;

  private final FileTree root;

  private UserLookup(FileTree root) {
    this.root = root;
  }

  /**
   * Looks a user up.
   *
   * @param root the container's file system
   * @param user {@code NAME}, {@code UID}, either with {@code :GROUP} or {@code :GID}, or empty for
   *     root
   * @throws SandboxException if a name is in neither file, or a number is out of range
   */
  public static UserIds find(FileTree root, String user) throws IOException {
    int colon = user.indexOf(':');
    String name = colon < 0 ? user : user.substring(0, colon);
    String group = colon < 0 ? "" : user.substring(colon + 1);
    return new UserLookup(root).find(name, group);
  }

  private UserIds find(String name, String group) throws IOException {
    Optional<Integer> number = number(name.isEmpty() ? "0" : name, name);
    Optional<String[]> entry = passwd(name, number);
    if (entry.isEmpty() && number.isEmpty()) {
      throw new SandboxException(
          Kind.SETUP,
          "unable to find user %s: no matching entries in passwd file (the image's /etc/passwd); add it with RUN useradd or adduser, or use a number"
              .formatted(name));
    }
    int uid = entry.isPresent() ? Integer.parseInt(entry.get()[2]) : number.orElseThrow();
    String home = entry.map(fields -> field(fields, 5)).filter(h -> !h.isEmpty()).orElse("/");
    if (!group.isEmpty()) {
      // An explicit group drops the supplementary ones.
      int gid = group(group);
      return new UserIds(uid, gid, List.of(gid), home);
    }
    // A user that is not in the file has group 0, whatever the number.
    int gid = entry.isPresent() ? Integer.parseInt(entry.get()[3]) : 0;
    List<Integer> groups = new ArrayList<>(List.of(gid));
    if (entry.isPresent()) {
      supplementary(entry.get()[0], groups);
    }
    return new UserIds(uid, gid, groups, home);
  }

  /** The line of a user; a number is always an id, even where somebody's name is that number. */
  private Optional<String[]> passwd(String name, Optional<Integer> number) throws IOException {
    for (String[] fields : lines("/etc/passwd")) {
      boolean whole = fields.length > 3 && isId(fields[2]) && isId(fields[3]);
      boolean match =
          whole
              && (number.isPresent()
                  ? Integer.parseInt(fields[2]) == number.get()
                  : fields[0].equals(name));
      if (match) {
        return Optional.of(fields);
      }
    }
    return Optional.empty();
  }

  private int group(String group) throws IOException {
    Optional<Integer> number = number(group, group);
    if (number.isPresent()) {
      return number.get();
    }
    for (String[] fields : lines("/etc/group")) {
      if (fields.length > 2 && fields[0].equals(group) && isId(fields[2])) {
        return Integer.parseInt(fields[2]);
      }
    }
    throw new SandboxException(
        Kind.SETUP,
        "unable to find group %s: no matching entries in group file (the image's /etc/group); add it with RUN groupadd or addgroup, or use a number"
            .formatted(group));
  }

  private void supplementary(String user, List<Integer> groups) throws IOException {
    for (String[] fields : lines("/etc/group")) {
      if (fields.length > 3
          && isId(fields[2])
          && List.of(fields[3].split(",", -1)).contains(user)
          && !groups.contains(Integer.parseInt(fields[2]))) {
        groups.add(Integer.parseInt(fields[2]));
      }
    }
  }

  private static String field(String[] fields, int index) {
    return index < fields.length ? fields[index] : "";
  }

  private static boolean isId(String text) {
    return !text.isEmpty()
        && text.length() < 11
        && text.chars().allMatch(c -> c >= '0' && c <= '9')
        && Long.parseLong(text) <= Integer.MAX_VALUE;
  }

  /** The number that {@code text} is; empty if it is a name. */
  private static Optional<Integer> number(String text, String shown) throws SandboxException {
    String digits = text.startsWith("-") ? text.substring(1) : text;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    if (!isId(text)) {
      throw new SandboxException(
          Kind.SETUP,
          "\"%s\" is no user or group id: they are in the range 0-2147483647".formatted(shown));
    }
    return Optional.of(Integer.parseInt(text));
  }

  /** The fields of every line; no line when the file is missing or is no file. */
  private List<String[]> lines(String path) throws IOException {
    String resolved = PathResolver.resolve(root, path);
    if (root.find(resolved).filter(FileNode::isFile).isEmpty()) {
      return List.of();
    }
    List<String[]> lines = new ArrayList<>();
    for (String line : read(resolved, path).split("\n", -1)) {
      String text = line.strip();
      if (!text.isEmpty()) {
        lines.add(text.split(":", -1));
      }
    }
    return lines;
  }

  private String read(String resolved, String path) throws IOException {
    try (InputStream in = root.open(resolved)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new SandboxException(
            Kind.SETUP,
            "%s of the image is larger than %d bytes, and thus no such file"
                .formatted(path, MOST_BYTES));
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
