package dev.wadah.cli.container;

import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.ResourceFlags;
import dev.wadah.cli.UsageException;
import dev.wadah.container.ContainerSpec;
import dev.wadah.container.ContainerSpec.HostFiles;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.container.ContainerSpec.MountSpec;
import dev.wadah.container.ContainerSpec.NetworkMode;
import dev.wadah.container.ContainerSpec.ProcessSpec;
import dev.wadah.container.ContainerSpec.SecuritySpec;
import dev.wadah.container.ContainerSpec.UserIds;
import dev.wadah.oci.ContainerConfig;
import dev.wadah.snapshot.Snapshotter.RootMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the flags of {@code run} and an image's config into a container's spec. The constructor
 * judges all that can be judged without an image.
 */
final class SpecFlags {
  private static final int HOSTNAME_LENGTH = 12;

  private final Arguments arguments;
  private final NetworkMode network;
  private final String hostname;
  private final Optional<String> directory;
  private final Variables variables;
  private final HostFiles hostFiles;
  private final SecuritySpec security;
  private final Limits limits;

  /**
   * Reads the flags, and the files of variables that they name.
   *
   * @param id of the container
   */
  SpecFlags(Arguments arguments, Map<String, String> environment, String id)
      throws IOException, UsageException, CommandException {
    this.arguments = arguments;
    this.network =
        arguments.oneOf("network", "host", List.of("host", "none")).equals("none")
            ? NetworkMode.NONE
            : NetworkMode.HOST;
    this.hostname = arguments.value("hostname").orElse(id.substring(0, HOSTNAME_LENGTH));
    this.directory = arguments.value("workdir");
    if (directory.isPresent()) {
      requireAbsolute(directory.get());
    }
    this.variables = Variables.read(arguments, environment);
    this.hostFiles = hostFiles(arguments, hostname);
    this.security = Security.of(arguments);
    this.limits = ResourceFlags.limits(arguments);
  }

  ContainerSpec spec(RootMount root, ProcessSpec process, List<MountSpec> mounts) {
    return new ContainerSpec(
        root, arguments.has("read-only"), process, mounts, network, hostFiles, security, limits);
  }

  ProcessSpec process(ContainerConfig config, UserIds user)
      throws UsageException, CommandException {
    String where = directory.orElse(config.workingDir());
    requireAbsolute(where);
    return new ProcessSpec(
        command(config),
        variables.over(config.env(), hostname),
        where.isEmpty() ? "/" : where,
        user,
        arguments.has("init"));
  }

  private static void requireAbsolute(String directory) throws UsageException {
    if (!directory.isEmpty() && !directory.startsWith("/")) {
      throw new UsageException(
          "the working directory \"%s\" is not absolute".formatted(directory), "", "");
    }
  }

  /** Entrypoint and command; an entrypoint of one's own drops the image's command. */
  private List<String> command(ContainerConfig config) throws CommandException {
    List<String> given = arguments.positional().subList(1, arguments.positional().size());
    List<String> command = new ArrayList<>();
    Optional<String> entrypoint = arguments.value("entrypoint");
    if (entrypoint.isPresent()) {
      if (!entrypoint.get().isEmpty()) {
        command.add(entrypoint.get());
      }
    } else {
      command.addAll(config.process().entrypoint().orElse(List.of()));
    }
    if (!given.isEmpty()) {
      command.addAll(given);
    } else if (entrypoint.isEmpty()) {
      command.addAll(config.process().cmd().orElse(List.of()));
    }
    if (command.isEmpty()) {
      throw new CommandException(
          "no-command",
          "no command is given, and the image has none",
          "",
          "wadah run IMAGE COMMAND");
    }
    return command;
  }

  private static HostFiles hostFiles(Arguments arguments, String hostname) throws UsageException {
    StringBuilder hosts =
        new StringBuilder(
            """
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::\tip6-localnet
            ff00::\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """);
    for (String entry : arguments.values("add-host")) {
      int split = entry.indexOf('=') > 0 ? entry.indexOf('=') : entry.indexOf(':');
      if (split <= 0 || split == entry.length() - 1) {
        throw new UsageException(
            "invalid value \"%s\" for --add-host".formatted(entry), "it is NAME:ADDRESS", "");
      }
      hosts.append(entry.substring(split + 1)).append('\t').append(entry, 0, split).append('\n');
    }
    hosts.append("127.0.0.1\t").append(hostname).append('\n');
    return new HostFiles(
        hostname,
        Optional.of(hosts.toString()),
        Optional.of(resolvConf()),
        Optional.of(hostname + "\n"));
  }

  /** This machine's, whose network is used. */
  private static String resolvConf() {
    try {
      return Files.readString(Path.of("/etc/resolv.conf"));
    } catch (IOException e) {
      // A machine without name servers: the container has none either.
      return "";
    }
  }
}
