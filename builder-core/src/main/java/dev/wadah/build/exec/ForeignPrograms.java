package dev.wadah.build.exec;

import dev.wadah.oci.Platform;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Knows which processors' programs this machine can run, by itself or through an interpreter that
 * the kernel knows (kernel, admin-guide/binfmt-misc.rst).
 */
final class ForeignPrograms {
  private static final String QEMU =
      "install QEMU's user emulation (Debian: apt-get install qemu-user-static binfmt-support),"
          + " or cross-compile in a stage with FROM --platform=$BUILDPLATFORM";

  /** The beginning of ELF files by Go's name of their processor: class, byte order, machine. */
  private static final Map<String, String> MACHINES =
      Map.of(
          "386", "01010300",
          "amd64", "02013e00",
          "arm", "01012800",
          "arm64", "0201b700",
          "loong64", "02010201",
          "mips64le", "02010800",
          "ppc64le", "02011500",
          "riscv64", "0201f300",
          "s390x", "02020016");

  private final Path folder;
  private final Platform host;

  /** Of this machine. */
  ForeignPrograms() {
    this(Path.of("/proc/sys/fs/binfmt_misc"), Platform.host());
  }

  /** Of a machine whose interpreters are described in {@code folder}. */
  ForeignPrograms(Path folder, Platform host) {
    this.folder = folder;
    this.host = host;
  }

  /**
   * Why programs cannot run here.
   *
   * @param why what the kernel lacks
   * @param remedy what to do
   */
  record Obstacle(String why, String remedy) {}

  /** What keeps programs of {@code platform} from running; empty when nothing does. */
  Optional<Obstacle> obstacle(Platform platform) throws IOException {
    if (!platform.os().equals("linux")) {
      return Optional.of(
          new Obstacle(
              "only Linux programs run here, whatever the processor",
              "build it on " + platform.os()));
    }
    if (platform.architecture().equals(host.architecture()) || host.preference(platform) >= 0) {
      return Optional.empty();
    }
    if (!Files.exists(folder.resolve("register"))) {
      return Optional.of(
          new Obstacle(
              "binfmt_misc is not mounted, through which the kernel would find an interpreter",
              "mount -t binfmt_misc binfmt_misc %s, then %s".formatted(folder, QEMU)));
    }
    return interpreter(platform.architecture());
  }

  private Optional<Obstacle> interpreter(String architecture) throws IOException {
    Optional<Obstacle> found =
        Optional.of(
            new Obstacle("the kernel has no interpreter (binfmt_misc) for that processor", QEMU));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.equals("register") || name.equals("status")) {
          continue;
        }
        String text = Files.readString(entry);
        if (isFor(text, architecture)) {
          Optional<Obstacle> fault = fault(entry, text);
          if (fault.isEmpty()) {
            return fault;
          }
          found = fault;
        }
      }
    }
    return found;
  }

  /** Whether an entry's magic is that of ELF files for a processor. */
  private static boolean isFor(String text, String architecture) {
    String magic = line(text, "magic ");
    // 7f454c46, class, byte order, then to the 18th byte whatever; two digits for each byte
    return magic.startsWith("7f454c46")
        && magic.length() >= 40
        && (magic.substring(8, 12) + magic.substring(36, 40)).equals(MACHINES.get(architecture));
  }

  private static Optional<Obstacle> fault(Path entry, String text) {
    if (!text.startsWith("enabled")) {
      return Optional.of(
          new Obstacle(
              "the interpreter for that processor is switched off (%s)".formatted(entry),
              "echo 1 > " + entry));
    }
    if (line(text, "flags:").indexOf('F') < 0) {
      return Optional.of(
          new Obstacle(
              "the interpreter for that processor (%s) would be looked for inside of the container"
                      .formatted(line(text, "interpreter "))
                  + ", as it is registered without the flag F",
              "register it with F: Debian's qemu-user-static does"));
    }
    return Optional.empty();
  }

  private static String line(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(name.length()).strip())
        .orElse("");
  }
}
