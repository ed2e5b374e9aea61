package dev.wadah.build.context;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.content.Store;
import dev.wadah.layer.FileTree;
import dev.wadah.oci.Digest;
import java.io.IOException;
import java.util.Optional;

/** Fetches what ADD names by URL: files over HTTP and Git repositories. */
public final class RemoteSources {
  private final Store store;

  public RemoteSources(Store store) {
    this.store = store;
  }

  /** Whether ADD takes this source as a Git repository. */
  public static boolean isGit(String source) {
    return GitUrl.isGit(source);
  }

  /** Whether ADD takes this source as a file over HTTP. */
  public static boolean isHttp(String source) {
    return (source.startsWith("http://") || source.startsWith("https://")) && !isGit(source);
  }

  /**
   * Downloads a file, revalidating an earlier download.
   *
   * @param checksum {@code --checksum}
   * @return a tree with one file in its root, named as ADD names it, mtime as the server says
   */
  public Fetched http(String url, Optional<Digest> checksum, SecretRequest secrets)
      throws BuildException, IOException {
    throw new IllegalStateException("pending " + store);
  }

  /**
   * Checks a repository out.
   *
   * @param checksum commit that the reference must stand for
   */
  public Fetched git(
      String url, boolean keepGitDir, Optional<String> checksum, SecretRequest secrets)
      throws BuildException, IOException {
    throw new IllegalStateException("pending");
  }

  /**
   * Something that was fetched.
   *
   * @param key what identifies its content, for the cache: digest of the file, or of the commit and
   *     subdirectory
   */
  public record Fetched(FileTree tree, Digest key) {}
}
