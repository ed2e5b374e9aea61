package dev.wadah.build.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The host name of steps and the files that are injected for it. */
final class StepHost {
  /** Docker's name for every build container. */
  static final String NAME = "buildkitsandbox";

  private static final String HOSTS =
      "127.0.0.1\tlocalhost "
          + NAME
          + "\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
          + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private StepHost() {}

  /** The content of /etc/hosts; {@code extra} are lines of name, blank, address. */
  static String hosts(List<String> extra) {
    StringBuilder text = new StringBuilder(HOSTS);
    for (String line : extra) {
      int blank = line.indexOf(' ');
      text.append(line.substring(blank + 1)).append('\t').append(line, 0, blank).append('\n');
    }
    return text.toString();
  }

  /** This machine's resolv.conf, as steps share its network; empty where there is none. */
  static String resolvConf() {
    try {
      return Files.readString(RESOLV_CONF);
    } catch (IOException e) {
      // A machine without name servers: steps have none either.
      return "";
    }
  }
}
