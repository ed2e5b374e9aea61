package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.files.TreePath;
import dev.wadah.content.Store;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/** Fetches what ADD names by URL: files over HTTP and Git repositories. */
public final class RemoteSources {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** The date of a file for which the server gives none: as that of everything a build makes. */
  private static final long UNDATED_SECONDS = 315_619_200L;

  private static final String UNNAMED = "__unnamed__";

  private final Store store;
  private final Map<String, String> environment;

  /**
   * Sources whose copies are kept in {@code store}.
   *
   * @param environment names the proxies: HTTP_PROXY, HTTPS_PROXY, NO_PROXY
   */
  public RemoteSources(Store store, Map<String, String> environment) {
    this.store = store;
    this.environment = Map.copyOf(environment);
  }

  /** Whether ADD takes this source as a Git repository. */
  public static boolean isGit(String source) {
    return GitUrl.isGit(source);
  }

  /** Whether ADD takes this source as a file over HTTP. */
  public static boolean isHttp(String source) {
    return isWeb(source) && !isGit(source);
  }

  static boolean isWeb(String url) {
    return url.startsWith("http://") || url.startsWith("https://");
  }

  /**
   * Downloads a file, revalidating an earlier download.
   *
   * @param checksum {@code --checksum}
   * @return a tree with one file in its root, named as ADD names it, mtime as the server says
   */
  public Fetched http(String url, Optional<Digest> checksum, SecretRequest secrets)
      throws BuildException, IOException {
    HttpDownloads.Download download =
        new HttpDownloads(store, secrets, environment).fetch(url, checksum);
    long seconds = download.note().modifiedSeconds().orElse(UNDATED_SECONDS);
    FileTree tree = new FetchedFile(fileName(url), download, seconds * SECOND_NANOS);
    return new Fetched(tree, download.note().digest());
  }

  /**
   * Checks a repository out.
   *
   * @param checksum commit that the reference must stand for
   */
  public Fetched git(
      String url, boolean keepGitDir, Optional<String> checksum, SecretRequest secrets)
      throws BuildException, IOException {
    GitUrl parsed = GitUrl.parse(url);
    boolean keep = parsed.keepGitDir().orElse(keepGitDir);
    GitRepository repository =
        new GitRepository(store, parsed, new GitProgram(parsed, secrets, environment), keep);
    String commit = repository.commit(checksum);
    FileTree tree =
        new LazyTree(
            () -> {
              GitRepository.Checkout checkout = repository.checkout(commit);
              HostTree files = new HostTree(checkout.directory());
              return new TimedTree(files, checkout.seconds() * SECOND_NANOS);
            });
    return new Fetched(tree, repository.key(commit));
  }

  /**
   * What ADD calls the file: the last part of the path; the query does not count.
   *
   * @throws IllegalArgumentException if the URL is malformed
   */
  public static String fileName(String url) {
    String path = URI.create(url).getPath();
    String name = TreePath.name(TreePath.clean(path == null ? "" : path));
    return name.isEmpty() ? UNNAMED : name;
  }

  /**
   * Something that was fetched.
   *
   * @param key what identifies its content, for the cache: digest of the file, or of the commit and
   *     subdirectory
   */
  public record Fetched(FileTree tree, Digest key) {}
}
