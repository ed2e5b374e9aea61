package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.files.EntryTree;
import dev.wadah.build.files.FileActionException;
import dev.wadah.build.files.TreePath;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.layer.FileTree;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Contexts that are no directory of this machine: archives, URLs, Git repositories. */
final class RemoteContexts {
  private static final Closeable NOTHING = () -> {};

  private final RemoteSources sources;
  private final SecretRequest secrets;

  RemoteContexts(RemoteSources sources, SecretRequest secrets) {
    this.sources = sources;
    this.secrets = secrets;
  }

  /** An archive, or a Dockerfile without a context, on standard input. */
  BuildContext.Main fromStdin(InputStream stdin, Optional<String> dockerfile)
      throws BuildException, IOException {
    Path file = Files.createTempFile("wadah-context-", ".tmp");
    try {
      try (var out = Files.newOutputStream(file)) {
        stdin.transferTo(out);
      }
      if (Files.size(file) == 0) {
        throw refuse(
            "empty-stdin",
            "standard input is empty",
            "\"-\" reads a tar archive or a Dockerfile from standard input",
            "pipe one in: tar c . | wadah build -");
      }
      Optional<FileTree> tree = archive(file, "standard input");
      if (tree.isPresent()) {
        return main(tree.get(), "the archive on standard input", dockerfile, Optional.empty());
      }
      if (dockerfile.isPresent()) {
        throw refuse(
            "stdin-no-archive",
            "standard input is no tar archive, so \"-f %s\" is not in it"
                .formatted(dockerfile.get()),
            "with -f, \"-\" reads a tar archive, plain or compressed",
            "leave -f out to build the Dockerfile that is piped in");
      }
      try (InputStream in = Files.newInputStream(file)) {
        return lone(new SourceFile("stdin", requireText(DockerfileFinder.text(in, "stdin"))));
      }
    } finally {
      // what is still needed of it stays open
      Files.delete(file);
    }
  }

  /** A zip file, say, would be hundreds of unknown instructions. */
  private static String requireText(String text) throws BuildException {
    if (text.indexOf('\0') >= 0) {
      throw refuse(
          "stdin-no-text",
          "standard input is neither a tar archive nor a Dockerfile: there are zero bytes in it",
          "\"-\" reads a tar archive, plain or compressed (gzip, bzip2, xz, zstd), or a Dockerfile",
          "pipe a tar archive in: tar c . | wadah build -");
    }
    return text;
  }

  /**
   * A Git repository, or an archive or Dockerfile over HTTP.
   *
   * @param dockerfile one that was read from elsewhere
   */
  BuildContext.Main open(String url, Optional<String> given, Optional<SourceFile> dockerfile)
      throws BuildException, IOException {
    if (GitUrl.isContext(url)) {
      FileTree tree = sources.git(url, false, Optional.empty(), secrets).tree();
      try {
        return main(tree, "the repository", given, dockerfile);
      } catch (UnavailableTreeException e) {
        throw e.fault();
      }
    }
    FileTree fetched = sources.http(url, Optional.empty(), secrets).tree();
    String path = TreePath.child("/", fetched.list("/").get(0));
    Optional<FileTree> tree = archive(fetched.hostPath(path).orElseThrow(), url);
    if (tree.isPresent()) {
      return main(tree.get(), "the archive", given, dockerfile);
    }
    try (InputStream in = fetched.open(path)) {
      return lone(
          dockerfile.isPresent()
              ? dockerfile.get()
              : new SourceFile(TreePath.name(path), DockerfileFinder.text(in, url)));
    }
  }

  /** A named context by URL. */
  BuildContext openNamed(String url) throws BuildException, IOException {
    if (GitUrl.isContext(url)) {
      FileTree tree = sources.git(url, false, Optional.empty(), secrets).tree();
      return new TreeContext(tree, IgnoreFile.NONE, NOTHING);
    }
    FileTree fetched = sources.http(url, Optional.empty(), secrets).tree();
    String path = TreePath.child("/", fetched.list("/").get(0));
    FileTree tree = archive(fetched.hostPath(path).orElseThrow(), url).orElse(fetched);
    return new TreeContext(tree, IgnoreFile.NONE, NOTHING);
  }

  private static Optional<FileTree> archive(Path file, String name)
      throws BuildException, IOException {
    try {
      return EntryTree.ofArchive(file, name);
    } catch (FileActionException e) {
      if (e.code().equals("bad-archive")) {
        throw refuse(
            e.code(),
            e.getMessage(),
            "a build context may be a tar archive, plain or compressed",
            "check it with \"tar tf\", and whether all of it came");
      }
      throw refuse(e.code(), e.getMessage(), e.why(), e.remedy());
    }
  }

  private static BuildContext.Main main(
      FileTree tree, String what, Optional<String> given, Optional<SourceFile> dockerfile)
      throws BuildException, IOException {
    if (dockerfile.isPresent()) {
      return new BuildContext.Main(
          new TreeContext(tree, IgnoreFile.NONE, NOTHING), dockerfile.get());
    }
    DockerfileFinder.Found found = DockerfileFinder.inTree(tree, what, given);
    return new BuildContext.Main(
        new TreeContext(tree, found.ignore(), NOTHING), found.dockerfile());
  }

  /** A Dockerfile without files around it. */
  private static BuildContext.Main lone(SourceFile dockerfile) {
    FileTree empty = EntryTree.of(List.of());
    return new BuildContext.Main(new TreeContext(empty, IgnoreFile.NONE, NOTHING), dockerfile);
  }
}
