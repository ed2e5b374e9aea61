package dev.wadah.build.files;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads actions as a Dockerfile writes them, blanks being the only separators. */
final class Actions {
  private Actions() {}

  static List<FileAction> parse(String lines) {
    List<FileAction> actions = new ArrayList<>();
    lines.lines().forEach(line -> actions.add(action(List.of(line.split(" ")))));
    return actions;
  }

  private static FileAction action(List<String> words) {
    if (words.get(0).equals("WORKDIR")) {
      return new FileAction.MakeDirectory(words.get(1), words.size() > 2 ? words.get(2) : "");
    }
    int first = 1;
    Optional<String> chown = Optional.empty();
    Optional<String> chmod = Optional.empty();
    boolean keep = false;
    boolean parents = false;
    List<String> excludes = new ArrayList<>();
    for (; words.get(first).startsWith("--"); first++) {
      String[] flag = words.get(first).substring(2).split("=", 2);
      switch (flag[0]) {
        case "chown" -> chown = Optional.of(flag[1]);
        case "chmod" -> chmod = Optional.of(flag[1]);
        case "from" -> keep = true;
        case "parents" -> parents = true;
        case "exclude" -> excludes.add(flag[1]);
        default -> throw new IllegalArgumentException(flag[0]);
      }
    }
    FileAction.Options options =
        new FileAction.Options(
            chown,
            chmod,
            keep,
            parents,
            excludes,
            words.get(0).equals("ADD") ? FileAction.Unpack.IF_ARCHIVE : FileAction.Unpack.NEVER,
            words.get(0).equals("URL") ? Optional.of(0600) : Optional.empty());
    String destination = words.get(words.size() - 1);
    if (words.get(0).equals("WRITE")) {
      byte[] text = words.get(first + 1).getBytes(StandardCharsets.UTF_8);
      return new FileAction.Write(words.get(first), text, destination, options);
    }
    return new FileAction.Copy(0, words.subList(first, words.size() - 1), destination, options);
  }
}
