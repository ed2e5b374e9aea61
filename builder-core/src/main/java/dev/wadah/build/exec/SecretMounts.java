package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Secrets and scripts: small files that exist for one step. They are written to memory (/dev/shm)
 * where the machine has it, never into the store.
 */
final class SecretMounts {
  private static final int SECRET_MODE = 0400;
  private static final int SCRIPT_MODE = 0755;
  private static final Path MEMORY = Path.of("/dev/shm");

  private final SecretRequest request;
  private final Faults faults;

  SecretMounts(SecretRequest request, Faults faults) {
    this.request = request;
    this.faults = faults;
  }

  void prepare(Vertex vertex, Op.Mount.Secret secret, StepMounts.Prepared prepared)
      throws BuildException, IOException {
    Optional<byte[]> value = value(vertex, secret);
    if (value.isEmpty()) {
      return;
    }
    secret
        .env()
        .ifPresent(
            name ->
                prepared.env().add(name + "=" + new String(value.get(), StandardCharsets.UTF_8)));
    if (secret.target().isPresent()) {
      Op.Ownership owner = secret.ownership();
      Path file = folder(prepared).resolve("secret");
      write(file, value.get(), owner, SECRET_MODE);
      prepared.add(new MountSpec.Bind(file, secret.target().get(), true, false));
    }
  }

  private Optional<byte[]> value(Vertex vertex, Op.Mount.Secret secret)
      throws BuildException, IOException {
    SecretSource source = request.secrets().get(secret.id());
    if (source instanceof SecretSource.Value value) {
      return Optional.of(value.value());
    }
    if (source instanceof SecretSource.File file) {
      return Optional.of(Files.readAllBytes(file.path()));
    }
    if (secret.required()) {
      throw faults.failure(
          vertex,
          "missing-secret",
          "secret %s: not found".formatted(secret.id()),
          "the mount is required, and the build was given no secret of this id",
          "add --secret id=%s,src=FILE or --secret id=%s,env=VARIABLE"
              .formatted(secret.id(), secret.id()));
    }
    return Optional.empty();
  }

  void prepare(Op.Mount.Script script, StepMounts.Prepared prepared) throws IOException {
    Path folder = folder(prepared);
    Posix.chmod(Posix.CWD, folder.toString(), SCRIPT_MODE);
    write(
        folder.resolve(script.name()),
        script.content().getBytes(StandardCharsets.UTF_8),
        Op.Ownership.DEFAULT,
        SCRIPT_MODE);
    prepared.add(new MountSpec.Bind(folder, script.target(), true, false));
  }

  /** A folder of one file, readable by its owner alone and removed after the step. */
  static Path folder(StepMounts.Prepared prepared) throws IOException {
    Path folder =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "wadah-")
            : Files.createTempDirectory("wadah-");
    prepared.keep(
        () -> {
          try (java.util.stream.Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
              Files.delete(file);
            }
          }
          Files.delete(folder);
        });
    return folder;
  }

  private static void write(Path file, byte[] content, Op.Ownership owner, int mode)
      throws IOException {
    Files.write(file, content);
    Posix.lchown(Posix.CWD, file.toString(), owner.uid().orElse(0), owner.gid().orElse(0));
    Posix.chmod(Posix.CWD, file.toString(), owner.mode().orElse(mode));
  }
}
