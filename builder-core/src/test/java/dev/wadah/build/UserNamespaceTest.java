package dev.wadah.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is root of a user namespace only builds what root builds. */
@Tag("linux")
@Timeout(120)
class UserNamespaceTest {
  private static final String TIMES =
      "; busybox find /t /bin -type d -exec busybox touch -d '1990-01-01 00:00:00' {} +;"
          + " busybox find /t ! -type d -exec busybox touch -h -d '1990-01-01 00:00:00' {} +\n";

  @TempDir Path folder;

  @Test
  void buildsTheLayersThatRootBuilds() throws Exception {
    assumeTrue(BoxImage.usable(), "needs root and a static /bin/busybox");
    Path context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("file"), "copied\n");
    Files.writeString(
        context.resolve("Dockerfile"),
        "FROM box\n"
            + "RUN mkdir -p /t/d/sub; echo a > /t/d/f; busybox ln /t/d/f /t/hard;"
            + " busybox ln -s d /t/link; busybox chown 12:34 /t/d/f; busybox chmod 4755 /t/hard"
            + TIMES
            + "RUN rm -r /t/d; mkdir /t/d; echo b > /t/d/g; rm /bin/seq"
            + TIMES
            + "COPY --chown=7:8 file /\n"
            + "USER 7\n"
            + "RUN [ ! -e /t/d/f ] && [ ! -e /bin/seq ] && [ $(cat /t/hard) = a ] &&"
            + " [ $(cat /file) = copied ] && [ -e /dev/null ] && [ -d /sys/kernel ] &&"
            + " ! touch /t/no\n");

    Engine ours = BoxImage.store(folder.resolve("root"));
    BuildResult result =
        new Builder(ours).build(BoxImage.request(context, Map.of()), new Outcomes());
    List<DiffId> expected = result.images().values().iterator().next().config().diffIds();

    Engine theirs = BoxImage.store(folder.resolve("namespace"));
    UserNamespaceJvm jvm =
        UserNamespaceJvm.run(folder, "", BoxImage.class, theirs.store().root(), context);
    assertThat(jvm.status()).as(jvm.said()).isZero();
    assertThat(jvm.said()).endsWith("[DONE, DONE, DONE]\n");
    Image image = theirs.images().find("result", Platform.host()).orElseThrow();
    assertThat(image.config().diffIds()).isEqualTo(expected);
  }
}
