package dev.wadah.build.exec;

import dev.wadah.container.ContainerSpec.UserIds;
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
 * Turns USER into numbers with the image's /etc/passwd and /etc/group (passwd(5), group(5)), as
 * runc does: names and numbers are looked up alike; a number need not be in the files.
 */
final class UserLookup {
  /** Neither file is ever larger in an honest image. */
  private static final int MAX_BYTES = 4 << 20;

  private UserLookup() {}

  /** USER names nobody. */
  static final class UnknownUserException extends Exception {
    private static final long serialVersionUID = 1L;

    UnknownUserException(String message) {
      super(message);
    }
  }

  /** A line of /etc/passwd. */
  private record Account(String name, int uid, int gid, String home) {}

  /**
   * The ids of {@code user[:group]}; empty means root.
   *
   * @throws UnknownUserException naming the file that lacks it
   */
  static UserIds find(FileTree root, String user) throws IOException, UnknownUserException {
    int colon = user.indexOf(':');
    String name = colon < 0 ? user : user.substring(0, colon);
    Optional<String> group =
        colon < 0 || colon == user.length() - 1
            ? Optional.empty()
            : Optional.of(user.substring(colon + 1));
    Account account = account(root, name.isEmpty() ? "0" : name);
    List<String[]> groups = lines(root, "/etc/group", 4);
    if (group.isPresent()) {
      // An explicit group takes the place of all others.
      int gid = group(groups, group.get());
      return new UserIds(account.uid(), gid, List.of(), account.home());
    }
    return new UserIds(
        account.uid(), account.gid(), supplementary(groups, account.name()), account.home());
  }

  private static Account account(FileTree root, String user)
      throws IOException, UnknownUserException {
    Optional<Integer> number = number(user);
    for (String[] fields : lines(root, "/etc/passwd", 7)) {
      Optional<Integer> uid = number(fields[2]);
      Optional<Integer> gid = number(fields[3]);
      boolean matches = fields[0].equals(user) || (number.isPresent() && uid.equals(number));
      if (matches && uid.isPresent() && gid.isPresent()) {
        String home = fields[5].isEmpty() ? "/" : fields[5];
        return new Account(fields[0], uid.get(), gid.get(), home);
      }
    }
    if (number.isPresent()) {
      return new Account("", number.get(), 0, "/");
    }
    throw new UnknownUserException(
        "unable to find user %s: no matching entries in passwd file".formatted(user));
  }

  private static int group(List<String[]> groups, String group) throws UnknownUserException {
    Optional<Integer> number = number(group);
    for (String[] fields : groups) {
      if (fields[0].equals(group) && number(fields[2]).isPresent()) {
        return number(fields[2]).get();
      }
    }
    return number.orElseThrow(
        () ->
            new UnknownUserException(
                "unable to find group %s: no matching entries in group file".formatted(group)));
  }

  private static List<Integer> supplementary(List<String[]> groups, String user) {
    List<Integer> found = new ArrayList<>();
    for (String[] fields : groups) {
      boolean member = !user.isEmpty() && List.of(fields[3].split(",")).contains(user);
      number(fields[2]).filter(g -> member && !found.contains(g)).ifPresent(found::add);
    }
    return found;
  }

  private static Optional<Integer> number(String text) {
    if (text.isEmpty() || text.length() > 10) {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return Optional.empty();
      }
    }
    long value = Long.parseLong(text);
    return value > Integer.MAX_VALUE ? Optional.empty() : Optional.of((int) value);
  }

  /** The lines with at least {@code least} fields; shorter ones are filled up. */
  private static List<String[]> lines(FileTree root, String path, int least) throws IOException {
    String resolved = PathResolver.resolve(root, path);
    Optional<FileNode> node = root.find(resolved).filter(FileNode::isFile);
    if (node.isEmpty()) {
      return List.of();
    }
    String text;
    try (InputStream in = root.open(resolved)) {
      text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    }
    List<String[]> lines = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] fields = line.split(":", -1);
      if (fields.length >= 3) {
        String[] filled = java.util.Arrays.copyOf(fields, Math.max(least, fields.length));
        for (int i = fields.length; i < filled.length; i++) {
          filled[i] = "";
        }
        lines.add(filled);
      }
    }
    return lines;
  }
}
