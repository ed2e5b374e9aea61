package dev.wadah.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The base of the quickstart: a root file system of this machine's programs, made once. */
public final class QuickstartBase {
  private static byte[] root = {};

  private QuickstartBase() {}

  /** As a tar, to be imported. */
  public static synchronized byte[] tar() throws IOException, InterruptedException {
    if (root.length == 0) {
      Path script =
          Path.of(System.getProperty("wadah.testdata", "../testdata")).resolve("quickstart/base");
      Process process =
          new ProcessBuilder("sh", script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      root = process.getInputStream().readAllBytes();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    return root;
  }

  /** With a file before it whose attribute is longer than the kernel takes. */
  static byte[] withLongAttribute(String name) throws IOException, InterruptedException {
    ByteArrayOutputStream base = new ByteArrayOutputStream();
    TarArchiveOutputStream tar = new TarArchiveOutputStream(base);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.addPaxHeader("SCHILY.xattr.user.long", "x".repeat(70_000));
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    tar.flush();
    base.writeBytes(tar());
    return base.toByteArray();
  }
}
