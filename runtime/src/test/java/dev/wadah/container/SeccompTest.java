package dev.wadah.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.container.Seccomp.Architecture;
import dev.wadah.container.Seccomp.Profile;
import dev.wadah.container.Seccomp.Syncs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Verdicts of the compiled filters, call by call, as the kernel would reach them. */
class SeccompTest {
  private static final long DEFAULT = Capabilities.mask(Capabilities.DEFAULT);
  private static final int AMD64 = 0xC000003E;
  private static final int I386 = 0x40000003;
  private static final int ARM64 = 0xC00000B7;
  private static final int ARM = 0x40000028;

  @ParameterizedTest
  @CsvSource({
    // name, number, first argument, verdict
    "read,                       0, 0,        allow",
    "fsync,                     74, 0,        allow",
    "io_uring_setup,           425, 0,        errno 1",
    "mount,                    165, 0,        errno 1",
    "kexec_load,               246, 0,        errno 1",
    "unshare,                  272, 0,        errno 1",
    "ptrace,                   101, 0,        allow",
    "chroot,                   161, 0,        allow",
    "keyctl,                   250, 0,        errno 1",
    "bpf,                      321, 0,        errno 1",
    "clone of a thread,         56, 3D0F00,   allow",
    "clone of a user namespace, 56, 10000000, errno 1",
    "clone3,                   435, 0,        errno 38",
    "socket inet,               41, 2,        allow",
    "socket vsock,              41, 28,       errno 1",
    "personality linux,        135, 0,        allow",
    "personality query,        135, FFFFFFFF, allow",
    "personality no aslr,      135, 40000,    errno 1",
    "setxattrat,               463, 0,        allow",
    "newer than the table,     467, 0,        errno 38",
    "never,                   9999, 0,        errno 38",
    "x32 read,          1073741824, 0,        errno 38"
  })
  void decidesAsDockersProfileOnAmd64(String what, int number, String argument, String verdict) {
    FilterProgram program =
        Seccomp.compile(Architecture.AMD64, Profile.DOCKER, Syncs.MADE, DEFAULT);
    assertThat(verdict(program, AMD64, number, argument)).as(what).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "i386 open,   AMD64, 5,   allow",
    "i386 mount,  AMD64, 21,  errno 1",
    "i386 socketcall, AMD64, 102, allow",
    "arm open,    ARM64, 5,   allow",
    "arm set_tls, ARM64, 983045, allow"
  })
  void knowsThe32BitCallsOfEachMachine(String what, String machine, int number, String verdict) {
    Architecture architecture = machine.equals("AMD64") ? Architecture.AMD64 : Architecture.ARM64;
    FilterProgram program = Seccomp.compile(architecture, Profile.DOCKER, Syncs.MADE, DEFAULT);
    int audit = machine.equals("AMD64") ? I386 : ARM;
    assertThat(verdict(program, audit, number, "0")).as(what).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "openat,     56, 0,        allow",
    "newfstatat, 79, 0,        allow",
    "mount,      40, 0,        errno 1",
    "clone,     220, 10000000, errno 1",
    "clone3,    435, 0,        errno 38"
  })
  void decidesOnArm64(String what, int number, String argument, String verdict) {
    FilterProgram program =
        Seccomp.compile(Architecture.ARM64, Profile.DOCKER, Syncs.MADE, DEFAULT);
    assertThat(verdict(program, ARM64, number, argument)).as(what).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "CAP_SYS_ADMIN, 165, 0,        allow",
    "CAP_SYS_ADMIN,  56, 10000000, allow",
    "CAP_SYS_ADMIN, 435, 0,        allow",
    "CAP_SYS_TIME,  164, 0,        allow",
    "CAP_SYS_NICE,  237, 0,        allow",
    "CAP_SYSLOG,    103, 0,        allow",
    "CAP_BPF,       321, 0,        allow",
    "CAP_NET_ADMIN, 165, 0,        errno 1"
  })
  void opensCallsWithTheirCapability(
      String capability, int number, String argument, String verdict) {
    long capabilities = Capabilities.mask(List.of(capability));
    FilterProgram program =
        Seccomp.compile(Architecture.AMD64, Profile.DOCKER, Syncs.MADE, capabilities);
    assertThat(verdict(program, AMD64, number, argument)).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({
    "DOCKER, 74,  errno 0", // fsync
    "DOCKER, 75,  errno 0", // fdatasync
    "DOCKER, 162, errno 0", // sync
    "DOCKER, 306, errno 0", // syncfs
    "DOCKER, 277, errno 0", // sync_file_range
    "DOCKER, 26,  allow", // msync: also a question whether memory is mapped
    "DOCKER, 165, errno 1",
    "NONE,   74,  errno 0",
    "NONE,   165, allow",
    "NONE,   9999, allow"
  })
  void answersSyncsWithSuccessWhenTheyAreFaked(Profile profile, int number, String verdict) {
    FilterProgram program = Seccomp.compile(Architecture.AMD64, profile, Syncs.FAKED, DEFAULT);
    assertThat(verdict(program, AMD64, number, "0")).isEqualTo(verdict);
  }

  @Test
  void refusesEveryCallOfAnUnknownArchitecture() {
    FilterProgram program =
        Seccomp.compile(Architecture.AMD64, Profile.DOCKER, Syncs.MADE, DEFAULT);
    assertThat(verdict(program, ARM64, 0, "0")).isEqualTo("errno 38");
  }

  @Test
  void fitsIntoTheKernelsLimitForPrograms() {
    FilterProgram program =
        Seccomp.compile(Architecture.AMD64, Profile.DOCKER, Syncs.FAKED, DEFAULT);
    assertThat(program.size()).isBetween(100, 4096);
    assertThat(program.toHex()).hasSize(program.size() * 16);
  }

  private static String verdict(FilterProgram program, int audit, int number, String argument) {
    int action = program.evaluate(audit, number, Integer.parseUnsignedInt(argument, 16));
    return action == 0x7FFF0000 ? "allow" : "errno " + (action & 0xFFFF);
  }

  /** With {@code -Dgolden=update} it is written anew. */
  @ParameterizedTest
  @CsvSource({
    "AMD64, AMD64, MADE",
    "AMD64_SYNCS_FAKED, AMD64, FAKED",
    "ARM64, ARM64, MADE",
    "ARM64_SYNCS_FAKED, ARM64, FAKED"
  })
  void hasTheUsualProgramsCompiled(String constant, String machine, Syncs syncs)
      throws IOException {
    Architecture architecture = machine.equals("AMD64") ? Architecture.AMD64 : Architecture.ARM64;
    String compiled = Seccomp.compile(architecture, Profile.DOCKER, syncs, DEFAULT).toHex();
    Path source = Path.of("src/main/java/dev/wadah/container/UsualFilters.java");
    String text = Files.readString(source);
    String updated = withConstant(text, constant, compiled);
    if ("update".equals(System.getProperty("golden"))) {
      Files.writeString(source, updated);
    }
    assertThat(text)
        .as("the rules have changed: run with -Dgolden=update, then build again")
        .isEqualTo(updated);
    assertThat(Seccomp.usual(architecture, syncs)).isEqualTo(compiled);
  }

  private static String withConstant(String source, String name, String value) {
    StringBuilder literal = new StringBuilder("  static final String " + name + " =\n      ");
    for (int at = 0; at < value.length(); at += 80) {
      String piece = value.substring(at, Math.min(at + 80, value.length()));
      literal.append(at == 0 ? "\"" : "\n          + \"").append(piece).append('"');
    }
    int from = source.indexOf("  static final String " + name + " =");
    return source.substring(0, from) + literal + source.substring(source.indexOf(';', from));
  }

  @Test
  void findsTheUsualProgramOfThisMachine() {
    Architecture machine = Architecture.ofThisMachine();
    for (Syncs syncs : Syncs.values()) {
      assertThat(new Seccomp().program(Profile.DOCKER, syncs, DEFAULT))
          .isEqualTo(Seccomp.compile(machine, Profile.DOCKER, syncs, DEFAULT).toHex());
    }
  }
}
