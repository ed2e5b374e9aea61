package dev.wadah.build.explain;

import dev.wadah.build.files.FileList;
import dev.wadah.build.files.FileList.Entry;
import dev.wadah.layer.FileNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells two lists of files apart: such as {@code A.java content, b.sh mode 644→664}. */
final class FileChanges {
  /** So many files are named. */
  private static final int NAMED = 5;

  private static final int LONGEST_NAME = 100;

  private final List<String> named = new ArrayList<>();
  private int changed;

  private FileChanges() {}

  /** What became of the files; says at least that something did. */
  static String of(FileList then, FileList now) {
    if (!then.isWhole() || !now.isWhole()) {
      return "something in its %,d files, too many to be remembered one by one"
          .formatted(now.count());
    }
    FileChanges changes = new FileChanges();
    try {
      changes.compare(then.entries(), now.entries());
    } catch (IllegalArgumentException e) {
      // what is remembered makes no sense: then the names are not known
      return "something in its files";
    }
    return changes.text();
  }

  private void compare(Map<String, Entry> then, Map<String, Entry> now) {
    for (Map.Entry<String, Entry> file : now.entrySet()) {
      Entry before = then.remove(file.getKey());
      if (before == null) {
        add(file.getKey(), "added");
      } else if (!before.equals(file.getValue())) {
        add(file.getKey(), change(before, file.getValue()));
      }
    }
    for (String gone : then.keySet()) {
      add(gone, "removed");
    }
  }

  private void add(String name, String what) {
    changed++;
    if (named.size() < NAMED) {
      String shown = name.isEmpty() ? "/" : TextChange.line(name);
      named.add(TextChange.shortened(shown, LONGEST_NAME) + " " + what);
    }
  }

  private static String change(Entry then, Entry now) {
    if (then.type() != now.type()) {
      return "kind %s→%s".formatted(kind(then.type()), kind(now.type()));
    }
    List<String> parts = new ArrayList<>();
    if (then.content() != now.content()) {
      parts.add(
          switch (now.type()) {
            case SYMLINK -> "link target";
            case FILE -> "content";
            default -> "device number";
          });
    }
    if (then.mode() != now.mode()) {
      parts.add("mode %o→%o".formatted(then.mode(), now.mode()));
    }
    if (then.uid() != now.uid() || then.gid() != now.gid()) {
      parts.add("owner %d:%d→%d:%d".formatted(then.uid(), then.gid(), now.uid(), now.gid()));
    }
    if (then.capability() != now.capability()) {
      parts.add("xattr security.capability");
    }
    return String.join(" and ", parts);
  }

  private static String kind(FileNode.Type type) {
    return type == FileNode.Type.SYMLINK
        ? "link"
        : type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private String text() {
    if (changed == 0) {
      return "something in its files"; // such as the order of two sources
    }
    String names = String.join(", ", named);
    int more = changed - named.size();
    return more == 0 ? names : "%s and %,d more files".formatted(names, more);
  }
}
