package dev.wadah.cli.build;

import dev.wadah.cli.CommandModel;

/** The flags of {@code build}: docker's, as far as docker has them. */
final class BuildFlags {
  private BuildFlags() {}

  static CommandModel model() {
    CommandModel model =
        CommandModel.of("build", "[FLAGS] PATH | URL | -", "Build an image from a Dockerfile.");
    source(model);
    cache(model);
    steps(model);
    results(model);
    return model.arguments("CONTEXT", "0..*", "Directory, URL, or - for standard input");
  }

  private static void source(CommandModel model) {
    model
        .value("FILE", "Dockerfile (default: CONTEXT/Dockerfile)", "-f", "--file")
        .value("STAGE", "Stage to build (default: the last)", "--target")
        .values("NAME[=VALUE]", "Build argument; without a value, the environment's", "--build-arg")
        .values(
            "NAME=SOURCE",
            "Further build context, such as base=docker-image://alpine",
            "--build-context")
        .values("PLATFORM", "Platforms to build for, such as linux/arm64", "--platform")
        .optionalValue(
            "POLICY",
            "always",
            "When to ask registries for base images: always, missing, newer, never",
            "--pull");
  }

  private static void cache(CommandModel model) {
    model
        .flag("Run every step", "--no-cache")
        .values("STAGE", "Run every step of this stage", "--no-cache-filter")
        .flag("Say of every step that is not in the cache why it is not", "--explain")
        .values("SOURCE", "Shared cache to read, such as type=registry,ref=NAME", "--cache-from")
        .values("TARGET", "Shared cache to write, such as type=registry,ref=NAME", "--cache-to");
  }

  private static void steps(CommandModel model) {
    model
        .value("MODE", "Network of RUN steps: default, none, host", "--network")
        .values("NAME:ADDRESS", "Line for /etc/hosts of RUN steps", "--add-host")
        .values(
            "SECRET", "Secret for RUN steps: id=NAME,src=FILE or id=NAME,env=VARIABLE", "--secret")
        .values(
            "AGENT", "SSH agent or keys for RUN steps: default, or id=SOCKET|KEY[,KEY]", "--ssh")
        .values("ENTITLEMENT", "Allow network.host or security.insecure", "--allow")
        .flag("Let COPY, ADD, WORKDIR look at nothing in the base, as --link", "--link-copies")
        .value("BYTES", "Size of /dev/shm", "--shm-size")
        .values("LIMIT", "Resource limit of RUN steps, such as nofile=1024:2048", "--ulimit")
        .value("BYTES", "Memory limit of a RUN step", "-m", "--memory")
        .value("NUMBER", "Processors of a RUN step", "--cpus");
  }

  private static void results(CommandModel model) {
    model
        .values("NAME[:TAG]", "Name of the image", "-t", "--tag")
        .values("NAME=VALUE", "Label of the image", "--label")
        .values("NAME=VALUE", "Annotation of the manifest", "--annotation")
        .values("OUTPUT", "Where the result goes: DIR, -, or type=TYPE,dest=PATH", "-o", "--output")
        .flag("Same as --output type=registry", "--push")
        .flag("Same as --output type=image", "--load")
        .value("FILE", "Write the image id to a file", "--iidfile")
        .value("FILE", "Write what is known of the result to a file, as JSON", "--metadata-file")
        .value(
            "FILE",
            "Write where the time went to a file or -, as JSON and Chrome trace",
            "--profile")
        .value("MODE", "Progress: auto, tty, plain, rawjson, quiet, none", "--progress")
        .flag("Print nothing but the image id", "-q", "--quiet")
        .value("METHOD", "Instead of building: check, outline, targets", "--call")
        .flag("Same as --call check", "--check")
        .value("WHAT", "Print instead of building: ast, graph, keys, spec", "--print");
  }
}
