package dev.wadah.build.exec;

import dev.wadah.oci.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Knows which processors' programs this machine can run, by itself or through binfmt_misc. */
final class ForeignPrograms {
  private static final Path BINFMT = Path.of("/proc/sys/fs/binfmt_misc");

  /** Go's names to QEMU's, where they differ. */
  private static final Map<String, String> QEMU =
      Map.of("arm64", "aarch64", "amd64", "x86_64", "386", "i386", "mips64le", "mips64el");

  private ForeignPrograms() {}

  static boolean canRun(Platform platform) {
    Platform host = Platform.host();
    String architecture = platform.architecture();
    if (!platform.os().equals("linux")) {
      return false;
    }
    if (architecture.equals(host.architecture())) {
      return true;
    }
    if (host.architecture().equals("amd64") && architecture.equals("386")) {
      return true;
    }
    String name = QEMU.getOrDefault(architecture, architecture);
    return Files.exists(BINFMT.resolve("qemu-" + name));
  }
}
