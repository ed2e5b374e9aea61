package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.engine.Engine;
import dev.wadah.oci.Platform;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A RUN for another processor, by QEMU (Debian's qemu-user-static). It is registered in a user
 * namespace of its own, which Linux 6.7 and newer have a list of interpreters for, so nothing of
 * the machine changes; where there is none, the test wants the machine's.
 */
@Tag("linux")
@Timeout(120)
class EmulatedRunTest {
  private static final Platform ARM64 = Platform.parse("linux/arm64");
  private static final Path QEMU = Path.of("/usr/bin/qemu-aarch64-static");
  private static final int NO_INTERPRETER = 77;

  /** ELF, 64 bits, little endian, version 1, any padding, a program, arm64 (elf.h). */
  private static final String MAGIC =
      "\\x7fELF\\x02\\x01\\x01\\x00" + "\\x00".repeat(8) + "\\x02\\x00\\xb7\\x00";

  /** Whatever the ABI, a program or a position-independent one. */
  private static final String MASK =
      "\\xff".repeat(7) + "\\x00" + "\\xff".repeat(8) + "\\xfe" + "\\xff".repeat(3);

  /** Kernel, admin-guide/binfmt-misc.rst. */
  private static final String REGISTER =
      """
      cd /proc/sys/fs/binfmt_misc
      if mount -t binfmt_misc binfmt_misc . 2> /dev/null; then
        printf '%%s' ':arm64:M::%s:%s:%s:OPF' > /proc/sys/fs/binfmt_misc/register || exit 1
      else
        [ -e qemu-aarch64 ] || exit %d
      fi
      cd /"""
          .formatted(MAGIC, MASK, QEMU, NO_INTERPRETER);

  @TempDir Path folder;

  /** A static program for arm64 that writes "arm64\n" to its standard output. */
  private static byte[] program() {
    int[] code = {
      0xd2800020, // mov x0, #1
      0x100000e1, // adr x1, the text behind the code
      0xd28000c2, // mov x2, #6
      0xd2800808, // mov x8, #64 (write)
      0xd4000001, // svc #0
      0xd2800000, // mov x0, #0
      0xd2800ba8, // mov x8, #93 (exit)
      0xd4000001, // svc #0
    };
    byte[] text = "arm64\n".getBytes(StandardCharsets.US_ASCII);
    int headers = 64 + 56;
    int size = headers + 4 * code.length + text.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    elf.putShort((short) 2).putShort((short) 183).putInt(1);
    elf.putLong(0x400000 + headers).putLong(64).putLong(0).putInt(0);
    elf.putShort((short) 64).putShort((short) 56).putShort((short) 1);
    elf.position(64);
    elf.putInt(1).putInt(5).putLong(0).putLong(0x400000).putLong(0x400000);
    elf.putLong(size).putLong(size).putLong(0x1000);
    for (int instruction : code) {
      elf.putInt(instruction);
    }
    return elf.put(text).array();
  }

  @Test
  void runsProgramsOfAnotherProcessor() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "RUN wants root");
    assumeTrue(Files.isExecutable(QEMU), "qemu-user-static is not installed");
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.write(context.resolve("hello"), program());
    Files.writeString(
        context.resolve("Dockerfile"),
        """
        FROM scratch
        COPY --chmod=755 hello /hello
        RUN ["/hello"]
        USER 7
        RUN ["/hello"]
        """);
    UserNamespaceJvm jvm =
        UserNamespaceJvm.run(
            folder, REGISTER, EmulatedRunTest.class, folder.resolve("store"), context);
    assumeTrue(jvm.status() != NO_INTERPRETER, "no interpreter for arm64 can be registered");
    assertThat(jvm.status()).as(jvm.said()).isZero();
    assertThat(jvm.said()).isEqualTo("arm64\narm64\nimage for linux/arm64\n");
  }

  /** Builds for arm64, as a process of its own: store, context. */
  public static void main(String[] args) throws Exception {
    Outcomes outcomes = new Outcomes();
    BuildResult result =
        new Builder(Engine.open(Path.of(args[0])))
            .build(BoxRequest.of(Path.of(args[1])).platforms(ARM64).make(), outcomes);
    System.out.print(outcomes.output());
    System.out.println("image for " + result.images().get(ARM64).config().platform());
  }
}
