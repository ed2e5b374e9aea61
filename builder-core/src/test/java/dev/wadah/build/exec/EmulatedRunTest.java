package dev.wadah.build.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.build.BuildProgress;
import dev.wadah.build.BuildRequest;
import dev.wadah.build.BuildRequest.CacheRequest;
import dev.wadah.build.BuildRequest.ContextRequest;
import dev.wadah.build.BuildRequest.NamingRequest;
import dev.wadah.build.BuildRequest.OutputRequest;
import dev.wadah.build.BuildRequest.SecretRequest;
import dev.wadah.build.BuildRequest.StepRequest;
import dev.wadah.build.BuildRequest.TargetRequest;
import dev.wadah.build.BuildResult;
import dev.wadah.build.Builder;
import dev.wadah.container.ContainerSpec.Limits;
import dev.wadah.engine.Engine;
import dev.wadah.image.ImageStore.PullPolicy;
import dev.wadah.oci.Platform;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A RUN for another processor, where the kernel has an interpreter for it (on Debian after {@code
 * apt-get install qemu-user-static binfmt-support}).
 */
@Tag("linux")
class EmulatedRunTest {
  private static final Platform ARM64 = Platform.parse("linux/arm64");

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

  private BuildRequest request(Path context) {
    return new BuildRequest(
        new ContextRequest(context.toString(), Optional.empty(), Map.of(), Map.of()),
        new TargetRequest(
            Optional.empty(), Map.of(), List.of(ARM64), PullPolicy.NEVER, Optional.empty()),
        new CacheRequest(false, Set.of(), List.of(), List.of()),
        new StepRequest("default", List.of(), Set.of(), Limits.NONE),
        new SecretRequest(Map.of(), Map.of()),
        List.of(new OutputRequest("cacheonly", Optional.empty(), Map.of())),
        new NamingRequest(List.of(), Map.of(), List.of()));
  }

  @Test
  void runsProgramsOfAnotherProcessor() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "RUN wants root");
    assumeTrue(
        new ForeignPrograms().obstacle(ARM64).isEmpty(), "no interpreter for arm64 is registered");
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.write(context.resolve("hello"), program());
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM scratch\nCOPY --chmod=755 hello /hello\nRUN [\"/hello\"]\n");
    Said said = new Said();
    BuildResult result =
        new Builder(Engine.open(folder.resolve("store"))).build(request(context), said);
    assertThat(said.text.toString(StandardCharsets.UTF_8)).contains("arm64");
    assertThat(result.images().get(ARM64).config().platform()).isEqualTo(ARM64);
  }

  /** Keeps what steps print. */
  private static final class Said implements BuildProgress {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();

    @Override
    public synchronized void output(VertexName vertex, int stream, byte[] bytes) {
      text.writeBytes(bytes);
    }
  }
}
