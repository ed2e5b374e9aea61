package dev.wadah.cli.build;

import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.SecretSource;
import dev.wadah.cli.Arguments;
import dev.wadah.cli.CommandException;
import dev.wadah.cli.UsageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code --secret} and {@code --ssh}, as buildx reads them. */
final class SecretFlags {
  private SecretFlags() {}

  static SecretRequest parse(Arguments arguments, Map<String, String> environment)
      throws UsageException, CommandException {
    Map<String, SecretSource> secrets = new LinkedHashMap<>();
    for (String text : arguments.values("secret")) {
      Map<String, String> fields = Csv.pairs("--secret", text);
      String id = fields.get("id");
      if (id == null || id.isEmpty()) {
        throw new UsageException(
            "--secret \"%s\" has no id".formatted(text), "", "--secret id=NAME,src=FILE");
      }
      secrets.put(id, secret(text, id, fields, environment));
    }
    Map<String, List<Path>> ssh = new LinkedHashMap<>();
    for (String text : arguments.values("ssh")) {
      agent(text, environment, ssh);
    }
    return new SecretRequest(secrets, ssh);
  }

  private static SecretSource secret(
      String text, String id, Map<String, String> fields, Map<String, String> environment)
      throws UsageException, CommandException {
    for (String key : fields.keySet()) {
      if (!List.of("id", "type", "src", "source", "env").contains(key)) {
        throw new UsageException(
            "--secret \"%s\" has an unknown field \"%s\"".formatted(text, key),
            "fields are id, src (or source), env and type",
            "");
      }
    }
    String type = fields.getOrDefault("type", "");
    if (!type.isEmpty() && !type.equals("file") && !type.equals("env")) {
      throw new UsageException(
          "--secret type \"%s\" is unknown".formatted(type), "it is file or env", "");
    }
    String file = fields.getOrDefault("src", fields.getOrDefault("source", ""));
    String variable = fields.getOrDefault("env", "");
    if (type.equals("env") && variable.isEmpty()) {
      variable = file.isEmpty() ? id : file;
      file = "";
    }
    // Neither named: the variable of that name if there is one, else the file of that name.
    if (file.isEmpty() && variable.isEmpty()) {
      if (!type.equals("file") && environment.containsKey(id)) {
        variable = id;
      } else {
        file = id;
      }
    }
    return variable.isEmpty() ? file(id, file) : value(variable, environment);
  }

  private static SecretSource value(String variable, Map<String, String> environment) {
    String value = environment.getOrDefault(variable, "");
    return new SecretSource.Value(value.getBytes(StandardCharsets.UTF_8));
  }

  private static SecretSource file(String id, String file) throws CommandException {
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      throw new CommandException(
          "no-secret",
          "the file \"%s\" of secret \"%s\" %s"
              .formatted(file, id, Files.exists(path) ? "is no regular file" : "does not exist"),
          "",
          "--secret id=%s,src=FILE, or id=%s,env=VARIABLE".formatted(id, id));
    }
    return new SecretSource.File(path.toAbsolutePath());
  }

  private static void agent(
      String text, Map<String, String> environment, Map<String, List<Path>> ssh)
      throws CommandException {
    int equals = text.indexOf('=');
    String id = equals < 0 ? text : text.substring(0, equals);
    List<Path> paths = new ArrayList<>();
    if (equals >= 0) {
      for (String path : text.substring(equals + 1).split(",", -1)) {
        paths.add(existing(id, path));
      }
    } else {
      String socket = environment.getOrDefault("SSH_AUTH_SOCK", "");
      if (socket.isEmpty()) {
        throw new CommandException(
            "no-ssh-agent",
            "--ssh %s needs an agent, and SSH_AUTH_SOCK is not set".formatted(text),
            "",
            "eval $(ssh-agent); ssh-add; or --ssh %s=KEYFILE".formatted(id));
      }
      paths.add(existing(id, socket));
    }
    ssh.put(id.isEmpty() ? "default" : id, paths);
  }

  private static Path existing(String id, String path) throws CommandException {
    if (path.isEmpty() || !Files.exists(Path.of(path))) {
      throw new CommandException(
          "no-ssh-agent",
          "--ssh %s: \"%s\" does not exist".formatted(id, path),
          "it is an agent's socket or a key file",
          "");
    }
    return Path.of(path).toAbsolutePath();
  }
}
