package dev.wadah.cli;

import dev.wadah.container.ContainerSpec.Limits;

/** What {@code run} and {@code build} let a container use: {@code --memory --cpus --ulimit ...}. */
public final class ResourceFlags {
  private ResourceFlags() {}

  /** The limits that a command line sets; a command that has no such flag sets none. */
  public static Limits limits(Arguments arguments) throws UsageException {
    long memory = bytes(arguments, "memory");
    double cpus = Quantities.cpus("--cpus", arguments.value("cpus").orElse("0"));
    long pids = Quantities.whole("--pids-limit", arguments.value("pids-limit").orElse("0"));
    long shm = bytes(arguments, "shm-size");
    try {
      return new Limits(memory, cpus, Math.max(0, pids), shm, arguments.values("ulimit"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), "", "--ulimit nofile=1024:2048");
    }
  }

  private static long bytes(Arguments arguments, String flag) throws UsageException {
    return Quantities.bytes("--" + flag, arguments.value(flag).orElse("0"));
  }
}
