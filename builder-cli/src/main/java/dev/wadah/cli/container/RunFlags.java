package dev.wadah.cli.container;

import dev.wadah.cli.CommandModel;

/** The flags of {@code run}: docker's. */
final class RunFlags {
  private RunFlags() {}

  static CommandModel model() {
    CommandModel model =
        CommandModel.of(
            "run",
            "[FLAGS] IMAGE [COMMAND] [ARGUMENT...]",
            "Run a command in a new container, in the foreground. The container is removed when it ends, with --rm or without.");
    process(model);
    files(model);
    isolation(model);
    return model
        .stopsAtFirstArgument()
        .arguments("IMAGE [COMMAND] [ARGUMENT...]", "0..*", "Image, and what runs in it");
  }

  private static void process(CommandModel model) {
    model
        .flag("Pass standard input on", "-i", "--interactive")
        .flag("Give the container a terminal", "-t", "--tty")
        .flag("Understood for docker's sake: a container is always removed", "--rm")
        .values("NAME[=VALUE]", "Variable; without a value, the environment's", "-e", "--env")
        .values("FILE", "File of variables", "--env-file")
        .value("DIR", "Working directory", "-w", "--workdir")
        .value("USER[:GROUP]", "Who runs it", "-u", "--user")
        .values("GROUP", "Further group", "--group-add")
        .value("COMMAND", "Instead of the image's entrypoint", "--entrypoint")
        .flag("A small init is process 1 and reaps orphans", "--init")
        .value("NAME", "Name of the container", "--name")
        .values("NAME=VALUE", "Label of the container", "-l", "--label")
        .value("FILE", "Write the container's id to a file", "--cidfile")
        .value("POLICY", "When to ask the registry: always, missing, never", "--pull")
        .value("PLATFORM", "Which image of an index", "--platform")
        .value("SIGNAL", "Understood for docker's sake", "--stop-signal");
  }

  private static void files(CommandModel model) {
    model
        .values("SOURCE:TARGET[:ro]", "Directory or volume of the machine", "-v", "--volume")
        .values("MOUNT", "type=bind|volume|tmpfs,src=PATH,dst=PATH[,readonly]", "--mount")
        .values("TARGET[:OPTIONS]", "Memory file system, such as /tmp:size=64m", "--tmpfs")
        .flag("The root file system cannot be written to", "--read-only")
        .value("BYTES", "Size of /dev/shm", "--shm-size");
  }

  private static void isolation(CommandModel model) {
    model
        .value("MODE", "host or none (default: host)", "--network", "--net")
        .value("NAME", "Host name", "--hostname")
        .values("NAME:ADDRESS", "Line for /etc/hosts", "--add-host")
        .values("CAPABILITY", "Add a capability", "--cap-add")
        .values("CAPABILITY", "Take a capability away", "--cap-drop")
        .values("OPTION", "no-new-privileges, seccomp=unconfined", "--security-opt")
        .flag("All capabilities and devices, nothing masked", "--privileged")
        .value("BYTES", "Memory limit", "-m", "--memory")
        .value("NUMBER", "Processors", "--cpus")
        .value("NUMBER", "Limit of processes", "--pids-limit")
        .values("LIMIT", "Resource limit, such as nofile=1024:2048", "--ulimit");
  }
}
