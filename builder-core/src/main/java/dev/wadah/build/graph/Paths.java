package dev.wadah.build.graph;

import java.util.ArrayDeque;
import java.util.Deque;

/** Pure path arithmetic on slash-separated paths, as Go's path package does it. */
final class Paths {
  private Paths() {}

  /** The absolute, clean path of {@code path} seen from the absolute {@code directory}. */
  static String absolute(String directory, String path) {
    String joined = path.startsWith("/") ? path : directory + "/" + path;
    Deque<String> parts = new ArrayDeque<>();
    for (String part : joined.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return "/" + String.join("/", parts);
  }

  /** As {@link #absolute}, but keeps the mark of a directory: a slash or {@code /.} at the end. */
  static String destination(String directory, String path) {
    String clean = absolute(directory, path);
    boolean isDirectory =
        path.isEmpty()
            || path.equals(".")
            || path.endsWith("/")
            || path.endsWith("/.")
            || path.equals("..")
            || path.endsWith("/..");
    return isDirectory && !clean.equals("/") ? clean + "/" : clean;
  }

  /** The last part of a path; the path itself when it has no slash. */
  static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
