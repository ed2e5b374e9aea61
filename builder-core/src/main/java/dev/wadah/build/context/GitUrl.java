package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A Git repository as a user writes it (Dockerfile reference, "ADD", "Adding files from a Git
 * repository"): {@code URL#ref:subdir}, or {@code URL?ref=…&subdir=…&checksum=…}.
 *
 * @param remote the URL for git, without query and fragment
 * @param ref branch, tag, commit or full reference; empty: the remote's HEAD
 * @param subdir directory within the repository; empty: all of it
 * @param checksum commit that the reference must stand for, at least seven digits of it
 * @param keepGitDir whether .git stays; empty: not said
 * @param submodules whether they are fetched
 */
record GitUrl(
    String remote,
    Optional<String> ref,
    String subdir,
    Optional<String> checksum,
    Optional<Boolean> keepGitDir,
    boolean submodules) {

  private static final Pattern SCP = Pattern.compile("[a-zA-Z0-9_.-]+@[a-zA-Z0-9.-]+:[^/].*");
  private static final Pattern HTTP_GIT = Pattern.compile("https?://[^?#]+\\.git/?([?#].*)?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,64}");

  /** Whether ADD takes this word as a repository. */
  static boolean isGit(String source) {
    return source.startsWith("git://")
        || source.startsWith("ssh://")
        || HTTP_GIT.matcher(source).matches()
        || (SCP.matcher(source).matches() && !source.contains("://"));
  }

  /** Whether a context of this name is a repository; {@code github.com/…} is one as well. */
  static boolean isContext(String context) {
    return isGit(context) || context.startsWith("github.com/");
  }

  /**
   * Parses a repository.
   *
   * @throws BuildException naming the part that is not understood
   */
  static GitUrl parse(String text) throws BuildException {
    String url = text.startsWith("github.com/") ? "https://" + text : text;
    String fragment = "";
    int hash = url.indexOf('#');
    if (hash >= 0) {
      fragment = url.substring(hash + 1);
      url = url.substring(0, hash);
    }
    Map<String, String> query = new TreeMap<>();
    int mark = url.indexOf('?');
    if (mark >= 0) {
      query = query(url.substring(mark + 1), text);
      url = url.substring(0, mark);
    }
    int colon = fragment.indexOf(':');
    String ref = colon < 0 ? fragment : fragment.substring(0, colon);
    String subdir = colon < 0 ? "" : fragment.substring(colon + 1);
    if (!fragment.isEmpty() && hasPlace(query)) {
      throw malformed(text, "a reference stands behind both \"?\" and \"#\"");
    }
    ref = query.getOrDefault("ref", ref);
    ref = query.containsKey("tag") ? "refs/tags/" + query.get("tag") : ref;
    ref = query.containsKey("branch") ? "refs/heads/" + query.get("branch") : ref;
    String checksum = query.getOrDefault("checksum", query.getOrDefault("commit", ""));
    if (!checksum.isEmpty() && !COMMIT.matcher(checksum).matches()) {
      throw malformed(text, "\"%s\" is no commit".formatted(checksum));
    }
    if (ref.startsWith("-") || url.startsWith("-")) {
      throw malformed(text, "a reference does not begin with a dash");
    }
    return new GitUrl(
        url,
        Optional.of(ref).filter(r -> !r.isEmpty()),
        query.getOrDefault("subdir", subdir),
        Optional.of(checksum).filter(c -> !c.isEmpty()),
        Optional.ofNullable(query.get("keep-git-dir")).map(GitUrl::flag),
        !"false".equals(query.get("submodules")) && !"0".equals(query.get("submodules")));
  }

  private static boolean hasPlace(Map<String, String> query) {
    return query.containsKey("ref")
        || query.containsKey("tag")
        || query.containsKey("branch")
        || query.containsKey("subdir");
  }

  private static boolean flag(String value) {
    return value.isEmpty() || value.equals("true") || value.equals("1");
  }

  private static Map<String, String> query(String text, String url) throws BuildException {
    Map<String, String> query = new TreeMap<>();
    for (String part : text.split("&", -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      String value = equals < 0 ? "" : part.substring(equals + 1);
      switch (key) {
        case "ref", "tag", "branch", "subdir", "checksum", "commit", "keep-git-dir", "submodules" ->
            query.put(key, URLDecoder.decode(value, StandardCharsets.UTF_8));
        default -> throw malformed(url, "unknown query \"%s\"".formatted(key));
      }
    }
    return query;
  }

  private static BuildException malformed(String url, String fault) {
    return refuse(
        "invalid-git-url",
        "Git source \"%s\": %s".formatted(withoutUser(url), fault),
        "known are #ref:subdir, or ref, tag, branch, subdir, checksum, keep-git-dir, submodules"
            + " behind a question mark",
        "write it like https://host/repository.git?ref=main&subdir=docs");
  }

  /** The host, for secrets that are bound to one. */
  String host() {
    return authority().split(":", 2)[0];
  }

  /** The host, with its port where the URL has one. */
  String authority() {
    String rest = remote.replaceFirst("^[a-z+]+://", "");
    rest = rest.substring(rest.indexOf('@') + 1);
    return rest.split("/", 2)[0];
  }

  /** Scheme and host of an HTTP remote, for settings that are bound to it. */
  String origin() {
    return shown().replaceFirst("^(https?://[^/]+).*", "$1/");
  }

  /** The remote without user and password, for messages. */
  String shown() {
    return withoutUser(remote);
  }

  private static String withoutUser(String url) {
    return url.replaceFirst("^([a-z+]+://)[^/@]*@", "$1");
  }
}
