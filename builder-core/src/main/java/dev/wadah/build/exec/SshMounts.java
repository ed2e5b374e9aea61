package dev.wadah.build.exec;

import dev.wadah.build.BuildException;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.graph.Op;
import dev.wadah.build.graph.Vertex;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.posix.Posix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * SSH mounts: the user's agent, seen through a relay whose socket belongs to the step's user. Key
 * files are put into an agent of their own, which OpenSSH's programs provide.
 */
final class SshMounts {
  private static final String TARGET = "/run/buildkit/ssh_agent.";
  private static final String VARIABLE = "SSH_AUTH_SOCK=";
  private static final int SOCKET_MODE = 0600;

  private final SecretRequest request;
  private final Faults faults;

  SshMounts(SecretRequest request, Faults faults) {
    this.request = request;
    this.faults = faults;
  }

  void prepare(Vertex vertex, Op.Mount.Ssh mount, StepMounts.Prepared prepared)
      throws BuildException, IOException {
    boolean first = prepared.env().stream().noneMatch(v -> v.startsWith(VARIABLE));
    int number = prepared.mounts().size();
    String target = mount.target().orElse(TARGET + (first ? 0 : number));
    List<Path> sources = request.ssh().get(mount.id());
    if (first) {
      // Set even without an agent, as Docker does: ssh then says that it cannot connect.
      prepared.env().add(VARIABLE + target);
    }
    if (sources == null || sources.isEmpty()) {
      refuseRequired(vertex, mount);
      return;
    }
    Path folder = SecretMounts.folder(prepared);
    Path agent = isSocket(sources.get(0)) ? sources.get(0) : started(vertex, sources, prepared);
    SshRelay relay = SshRelay.open(folder.resolve("agent.sock"), agent);
    prepared.keep(relay);
    String socket = relay.socket().toString();
    Op.Ownership owner = mount.ownership();
    Posix.lchown(Posix.CWD, socket, owner.uid().orElse(0), owner.gid().orElse(0));
    Posix.chmod(Posix.CWD, socket, owner.mode().orElse(SOCKET_MODE));
    prepared.add(new MountSpec.Bind(relay.socket(), target, false, false));
  }

  private void refuseRequired(Vertex vertex, Op.Mount.Ssh mount) throws BuildException {
    if (mount.required()) {
      throw faults.failure(
          vertex,
          "missing-ssh",
          "no SSH agent or key \"%s\" was given to the build".formatted(mount.id()),
          "the mount is required",
          "add --ssh %s, or --ssh %s=KEYFILE".formatted(mount.id(), mount.id()));
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).isOther();
  }

  private Path started(Vertex vertex, List<Path> keys, StepMounts.Prepared prepared)
      throws BuildException, IOException {
    Path socket = SecretMounts.folder(prepared).resolve("own.sock");
    try {
      Process agent =
          new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      prepared.keep(() -> stop(agent, socket));
      for (Path key : keys) {
        SshRelay.awaitSocket(socket);
        add(vertex, key, socket);
      }
      return socket;
    } catch (IOException e) {
      throw faults.failure(
          vertex,
          "no-ssh-agent",
          "cannot offer key files to a step: " + e.getMessage(),
          "keys are held by OpenSSH's ssh-agent, which this machine may lack",
          "install openssh-client, or start an agent yourself and pass --ssh default");
    }
  }

  private static void stop(Process agent, Path socket) throws IOException {
    agent.destroy();
    Files.deleteIfExists(socket);
  }

  private void add(Vertex vertex, Path key, Path socket) throws BuildException, IOException {
    ProcessBuilder builder = new ProcessBuilder("ssh-add", "-q", key.toString());
    builder.environment().put("SSH_AUTH_SOCK", socket.toString());
    // No terminal and no helper: a key with a pass phrase must fail, not hang.
    builder.environment().put("SSH_ASKPASS_REQUIRE", "never");
    builder
        .redirectErrorStream(true)
        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
    Process process = builder.start();
    String said;
    try (java.io.InputStream out = process.getInputStream()) {
      said = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip();
    }
    try {
      if (process.waitFor() != 0) {
        throw faults.failure(
            vertex,
            "bad-ssh-key",
            "the key %s cannot be used: %s".formatted(key, said),
            "a key for --ssh must be readable and have no pass phrase",
            "load it into an agent yourself (ssh-add) and pass --ssh default");
      }
    } catch (InterruptedException e) {
      process.destroy();
      throw new java.io.InterruptedIOException("the build was cancelled");
    }
  }
}
