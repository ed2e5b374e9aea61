package dev.wadah.build.files;

/** Paths in a file tree: absolute, {@code /}-separated, {@code /} being the root. */
public final class TreePath {
  private TreePath() {}

  /** {@code path} seen from the root, without empty parts, {@code .} and {@code ..}. */
  public static String clean(String path) {
    if (isClean(path)) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length() + 1);
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        out.setLength(Math.max(out.lastIndexOf("/"), 0));
      } else if (!part.isEmpty() && !part.equals(".")) {
        out.append('/').append(part);
      }
    }
    return out.length() == 0 ? "/" : out.toString();
  }

  private static boolean isClean(String path) {
    int length = path.length();
    if (length == 0 || path.charAt(0) != '/') {
      return false;
    }
    if (length == 1) {
      return true;
    }
    for (int i = 0; i < length; i++) {
      if (path.charAt(i) == '/') {
        // a part that is empty or begins with a dot gets the slow look
        if (i + 1 == length || path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.') {
          return false;
        }
      }
    }
    return true;
  }

  /** The directory that {@code path} is in; that of the root is the root. */
  public static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  /** The last part; empty for the root. */
  public static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The path of {@code name} in the directory {@code path}. */
  public static String child(String path, String name) {
    return path.length() == 1 ? "/" + name : path + "/" + name;
  }

  /** {@code path} without the leading slash, as patterns see it. */
  public static String relative(String path) {
    return path.substring(1);
  }
}
