package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.files.TreePath;
import dev.wadah.content.Store;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One commit of a repository, checked out in the store. Commits that were checked out before are
 * found there; only the reference is looked up each time.
 */
final class GitRepository {
  private static final String ROOM = "git";
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  private final Store store;
  private final GitUrl url;
  private final GitProgram git;
  private final boolean keepGitDir;

  GitRepository(Store store, GitUrl url, GitProgram git, boolean keepGitDir) {
    this.store = store;
    this.url = url;
    this.git = git;
    this.keepGitDir = keepGitDir;
  }

  /**
   * The commit that the reference stands for now.
   *
   * @param checksum what it must begin with
   */
  String commit(Optional<String> checksum) throws BuildException, IOException {
    String commit = resolve();
    for (Optional<String> wanted : java.util.List.of(checksum, url.checksum())) {
      if (wanted.isPresent() && !commit.startsWith(wanted.get().toLowerCase(Locale.ROOT))) {
        throw refuse(
            "checksum-mismatch",
            "%s: expected checksum to match %s, but %s is commit %s"
                .formatted(url.shown(), wanted.get(), url.ref().orElse("HEAD"), commit),
            "the reference has moved since the Dockerfile was written",
            "check the repository; if it is right, write --checksum=" + commit);
      }
    }
    return commit;
  }

  private String resolve() throws BuildException, IOException {
    String ref = url.ref().orElse("HEAD");
    if (COMMIT.matcher(ref).matches()) {
      return ref;
    }
    String listed = git.run(store.room(ROOM), "ls-remote", "--", url.remote(), ref, ref + "^{}");
    Map<String, String> commits = new HashMap<>();
    listed.lines().map(line -> line.split("\t", 2)).forEach(line -> commits.put(line[1], line[0]));
    // a branch before a tag; of an annotated tag the commit, not the tag itself
    String[] names = {
      ref + "^{}",
      ref,
      "refs/heads/" + ref,
      "refs/tags/" + ref + "^{}",
      "refs/tags/" + ref,
      "refs/" + ref
    };
    for (String name : names) {
      if (commits.containsKey(name)) {
        return commits.get(name);
      }
    }
    throw refuse(
        "git-reference-not-found",
        "%s does not contain ref \"%s\"".formatted(url.shown(), ref),
        "there is neither a branch nor a tag of this name; a commit needs all its digits",
        "list what there is: git ls-remote " + url.shown());
  }

  /** Digest of what a checkout of the commit will hold. */
  Digest key(String commit) {
    String text = "git 1 %s %s %s %s".formatted(commit, url.subdir(), keepGitDir, url.submodules());
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Checks the commit out, unless it is here. */
  Checkout checkout(String commit) throws BuildException, IOException {
    String identity = url.remote() + " " + commit + " " + keepGitDir + " " + url.submodules();
    String name = Digest.of(identity.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 40);
    Path room = store.room(ROOM);
    Path directory = room.resolve(name);
    Store.Lock lock = store.lock(ROOM + "-" + name);
    try {
      FileStatus status = FileStatus.of(directory.toString());
      boolean doubtful = status != null && store.doubtful(status.ctimeNanos());
      if (doubtful) {
        remove(directory); // a power cut may have torn its files
      }
      boolean here =
          status != null
              && !doubtful
              && store.leases().renew(directory.toString(), status.mtimeNanos());
      if (!here) {
        Path temporary = Files.createTempDirectory(room, "checkout");
        try {
          fetch(temporary, commit);
          Files.move(temporary, directory, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          remove(temporary);
        }
      }
    } finally {
      lock.close();
    }
    long seconds = Long.parseLong(Files.readString(directory.resolve("time")).strip());
    return new Checkout(subdirectory(directory.resolve("tree")), seconds);
  }

  /**
   * A checkout.
   *
   * @param directory the files
   * @param seconds time of the commit since 1970
   */
  record Checkout(Path directory, long seconds) {}

  private Path subdirectory(Path tree) throws BuildException, IOException {
    Path real = tree.toRealPath();
    Path sub = tree.resolve(TreePath.clean(url.subdir()).substring(1));
    // a link in the repository must not lead out of it
    if (!Files.isDirectory(sub) || !sub.toRealPath().startsWith(real)) {
      throw refuse(
          "git-directory-not-found",
          "%s has no directory \"%s\"".formatted(url.shown(), url.subdir()),
          "the part behind the colon is a directory of the repository",
          "check the spelling and the branch");
    }
    return sub.toRealPath();
  }

  private void fetch(Path temporary, String commit) throws BuildException, IOException {
    Path tree = Files.createDirectory(temporary.resolve("tree"));
    git.run(tree, "init", "--quiet", "--initial-branch=main");
    // without credentials, because .git may become part of an image
    git.run(tree, "remote", "add", "origin", url.shown());
    // Not every server gives out a commit by its name; then all branches and tags are fetched.
    GitProgram.Ended shallow =
        git.attempt(tree, "fetch", "--quiet", "--depth=1", "--no-tags", url.remote(), commit);
    if (shallow.status() != 0) {
      git.run(
          tree, "fetch", "--quiet", "--tags", url.remote(), "+refs/heads/*:refs/remotes/origin/*");
    }
    git.run(tree, "checkout", "--quiet", "--force", "--detach", commit);
    if (url.submodules() && Files.exists(tree.resolve(".gitmodules"))) {
      git.run(tree, "submodule", "--quiet", "update", "--init", "--recursive", "--depth=1");
    }
    String time = git.run(tree, "show", "--no-patch", "--format=%ct", commit);
    Files.writeString(temporary.resolve("time"), time.strip() + "\n");
    if (!keepGitDir) {
      removeGitDirectories(tree);
    }
  }

  /** Removes .git, and the files of this name that submodules have. */
  private static void removeGitDirectories(Path tree) throws IOException {
    remove(tree.resolve(".git"));
    if (Files.exists(tree.resolve(".gitmodules"))) {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (file.getFileName().toString().equals(".git")) {
                Files.delete(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }

  private static void remove(Path path) throws IOException {
    dev.wadah.posix.Posix.removeTree(dev.wadah.posix.Posix.CWD, path.toString());
  }
}
