package dev.wadah.build.context;

import static dev.wadah.build.context.Refusals.refuse;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.content.Store;
import dev.wadah.dockerfile.SourceFile;
import dev.wadah.oci.Digest;
import dev.wadah.posix.FileStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Opens build contexts of every kind. */
public final class BuildContexts {
  private static final String STDIN = "-";
  private static final String ROOM = "contexts";

  private final Store store;
  private final InputStream stdin;
  private final Answers answers = new Answers();

  /**
   * Contexts that take {@code stdin} for {@code -}.
   *
   * @param stdin read to its end at most once
   */
  public BuildContexts(Store store, InputStream stdin) {
    this.store = store;
    this.stdin = stdin;
  }

  /**
   * Opens the main context and reads its Dockerfile.
   *
   * @param secrets credentials for contexts over HTTP and Git
   * @throws BuildException if there is none, or it cannot be read
   */
  public BuildContext.Main openMain(ContextRequest request, SecretRequest secrets)
      throws BuildException, IOException {
    String context = request.context();
    boolean dockerfileOnStdin = request.dockerfile().filter(STDIN::equals).isPresent();
    if (context.equals(STDIN)) {
      if (dockerfileOnStdin) {
        throw refuse(
            "stdin-twice",
            "context and Dockerfile are both to come from standard input",
            "\"-\" can be read once",
            "give one of them as a path");
      }
      return remote(request, secrets).fromStdin(stdin, request.dockerfile());
    }
    Optional<SourceFile> dockerfile =
        dockerfileOnStdin
            ? Optional.of(new SourceFile("stdin", DockerfileFinder.text(stdin, "stdin")))
            : Optional.empty();
    if (isRemote(context)) {
      return remote(request, secrets).open(context, request.dockerfile(), dockerfile);
    }
    return answers.await(() -> main(context, request.dockerfile(), dockerfile));
  }

  private BuildContext.Main main(
      String context, Optional<String> named, Optional<SourceFile> dockerfile)
      throws BuildException, IOException {
    Path directory = directory(context, "context");
    if (dockerfile.isPresent()) {
      IgnoreFile ignore = DockerfileFinder.ignore(directory, Optional.empty());
      return new BuildContext.Main(open(directory, ignore), dockerfile.get());
    }
    DockerfileFinder.Found found = DockerfileFinder.inDirectory(directory, named);
    return new BuildContext.Main(open(directory, found.ignore()), found.dockerfile());
  }

  private RemoteContexts remote(ContextRequest request, SecretRequest secrets) {
    return new RemoteContexts(new RemoteSources(store, request.environment()), secrets);
  }

  /**
   * Opens a named context that is a directory, an archive, or a URL; images are not its business.
   *
   * @param name one of {@link ContextRequest#named}
   * @param secrets credentials for contexts over HTTP and Git
   */
  public BuildContext openNamed(String name, ContextRequest request, SecretRequest secrets)
      throws BuildException, IOException {
    String value = request.named().get(name);
    if (isRemote(value)) {
      return remote(request, secrets).openNamed(value);
    }
    return answers.await(
        () -> {
          Path directory = directory(value, "build context \"%s\"".formatted(name));
          return open(directory, DockerfileFinder.ignore(directory, Optional.empty()));
        });
  }

  private static boolean isRemote(String context) {
    return RemoteSources.isHttp(context)
        || (GitUrl.isContext(context) && !Files.isDirectory(Path.of(context)));
  }

  private static Path directory(String text, String what) throws BuildException {
    Path directory;
    try {
      directory = Path.of(text);
    } catch (InvalidPathException e) {
      throw refuse(
          "context-not-found",
          "%s: \"%s\" is no path".formatted(what, text),
          e.getReason(),
          "give a directory, a URL, or \"-\"");
    }
    if (!Files.isDirectory(directory)) {
      boolean exists = Files.exists(directory);
      throw refuse(
          exists ? "context-no-directory" : "context-not-found",
          "%s: \"%s\" %s".formatted(what, text, exists ? "is no directory" : "does not exist"),
          "a build reads its files from a directory, a URL, or an archive on standard input",
          exists ? "a Dockerfile is named with -f, an archive piped to \"-\"" : "check the path");
    }
    return directory;
  }

  private BuildContext open(Path directory, IgnoreFile ignore) throws IOException {
    Path real = directory.toRealPath();
    String name = Digest.of(real.toString().getBytes(StandardCharsets.UTF_8)).hex();
    Path file = store.room(ROOM).resolve(name.substring(0, 32));
    FileStatus status = FileStatus.of(file.toString());
    if (status != null && store.doubtful(status.ctimeNanos())) {
      // A power cut may have torn it: a wrong digest in it would be worse than none.
      Files.deleteIfExists(file);
    }
    StatCache cache = new StatCache(file);
    boolean local = FileSystems.isAllLocal(real);
    LocalFiles files = new LocalFiles(real);
    HostTree tree = new HostTree(real, local ? files : new DistantFiles(files, answers));
    return new DirectoryContext(tree, ignore, cache);
  }
}
