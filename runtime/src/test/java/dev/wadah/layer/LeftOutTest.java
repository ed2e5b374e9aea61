package dev.wadah.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftOutTest {
  /** The kernel takes 64 KiB (XATTR_SIZE_MAX). */
  private static final String TOO_LONG = "x".repeat(70_000);

  @TempDir Path temp;

  @Test
  void saysNothingWhenAllIsThere() throws IOException {
    StoreFixture fixture = new StoreFixture(temp);

    fixture.unpack(new TarBytes().device('3', "null", 1, 3).file("f", "x").bytes());

    assertThat(fixture.layers.takeRemarks()).isEmpty();
  }

  @Test
  void countsTheAttributesOfALayerInOneSentence() throws IOException {
    StoreFixture fixture = new StoreFixture(temp);
    TarBytes tar = new TarBytes();
    for (String name : List.of("d/a", "d/b", "d/c")) {
      tar.pax("SCHILY.xattr.user.long", TOO_LONG).file(name, "x");
    }

    fixture.unpack(tar.bytes(), new TarBytes().file("other", "x").bytes());

    String digest = "layer sha256:[0-9a-f]{64} is not unpacked as it is: ";
    assertThat(fixture.layers.takeRemarks())
        .singleElement()
        .asString()
        .matches(
            digest
                + "it lacks 3 extended attributes: user.long of \"/d/a\": [A-Z0-9]+, and others");
    assertThat(fixture.layers.takeRemarks()).isEmpty();
  }

  @Test
  void countsTheDevicesThatAnOrdinaryUserMayNotMake() throws Exception {
    // Root of a user namespace, as an ordinary user's wadah is: mknod(2) answers EPERM.
    Process process =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Devices.class.getName(),
                temp.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .anySatisfy(
            line ->
                assertThat(line)
                    .endsWith(
                        "it lacks 2 devices, which this user may not make: \"dev/null\", and others"))
        .anySatisfy(line -> assertThat(line).isEqualTo("1 remarks, then 0"));
  }

  /** Unpacks a layer with devices twice, in a JVM of its own. */
  static final class Devices {
    private Devices() {}

    public static void main(String[] arguments) throws IOException {
      StoreFixture fixture = new StoreFixture(Path.of(arguments[0]));
      byte[] tar =
          new TarBytes()
              .device('3', "dev/null", 1, 3)
              .device('4', "dev/disk", 8, 0)
              .file("f", "x")
              .bytes();
      fixture.unpack(tar);
      List<String> remarks = fixture.layers.takeRemarks();
      remarks.forEach(System.out::println);
      fixture.unpack(tar);
      System.out.printf(
          "%d remarks, then %d%n", remarks.size(), fixture.layers.takeRemarks().size());
    }
  }
}
