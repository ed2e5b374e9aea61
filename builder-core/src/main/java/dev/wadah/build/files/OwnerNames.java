package dev.wadah.build.files;

import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds the ids that a {@code user[:group]} stands for in a root file system, as BuildKit does: a
 * number alone is also the group's number, a name brings its group from /etc/passwd, and a name
 * that is not there counts as root (docker-behaviours 2).
 */
final class OwnerNames {
  private static final Owner ROOT = new Owner(0, 0);

  private final FileTree root;

  OwnerNames(FileTree root) {
    this.root = root;
  }

  /** Two ids. */
  record Owner(int uid, int gid) {}

  /**
   * Resolves {@code user[:group]}.
   *
   * @throws FileActionException if a name is used where there is nothing to look it up in
   */
  Owner resolve(String text) throws IOException, FileActionException {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    Owner owner = user.isEmpty() ? ROOT : user(user, text);
    if (colon < 0) {
      return owner;
    }
    String group = text.substring(colon + 1);
    Optional<Integer> number = number(group);
    if (number.isPresent()) {
      return new Owner(owner.uid, Math.max(number.get(), 0));
    }
    Optional<String[]> line = line("/etc/group", group, 3, text);
    return new Owner(owner.uid, line.flatMap(l -> number(l[2])).orElse(owner.gid));
  }

  /** Whether there is anything to look up. */
  static boolean isNamed(String text) {
    for (String part : text.split(":", 2)) {
      if (!part.isEmpty() && number(part).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private Owner user(String user, String text) throws IOException, FileActionException {
    Optional<Integer> number = number(user);
    if (number.isPresent()) {
      int id = Math.max(number.get(), 0);
      return new Owner(id, id);
    }
    Optional<String[]> line = line("/etc/passwd", user, 4, text);
    return line.map(l -> new Owner(number(l[2]).orElse(0), number(l[3]).orElse(0))).orElse(ROOT);
  }

  private static Optional<Integer> number(String text) {
    if (text.equals("root")) {
      return Optional.of(0);
    }
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private void requireDatabase(String text) throws IOException, FileActionException {
    if (root.list("/").isEmpty()) {
      throw new FileActionException(
          "unknown-owner",
          "the owner \"%s\" has no number".formatted(text),
          text,
          "names are looked up in /etc/passwd and /etc/group of the root that is written to,"
              + " which is empty (FROM scratch, or --link)",
          "use numbers, such as --chown=1000:1000");
    }
  }

  private Optional<String[]> line(String file, String name, int fields, String text)
      throws IOException, FileActionException {
    String path = LinkResolver.resolve(root::find, "/", file);
    if (root.find(path).filter(FileNode::isFile).isEmpty()) {
      requireDatabase(text);
      return Optional.empty();
    }
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(root.open(path), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] parts = line.strip().split(":", -1);
        if (parts.length >= fields && parts[0].equals(name)) {
          return Optional.of(parts);
        }
      }
    }
    return Optional.empty();
  }
}
