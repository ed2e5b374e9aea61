package dev.wadah.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  private static final OutputFile.Writer NEW =
      out -> out.write("new".getBytes(java.nio.charset.StandardCharsets.UTF_8));

  @TempDir Path folder;

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList().stream();
    }
  }

  @Test
  void replacesAFileAsAWhole() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old and longer");

    OutputFile.write(file, "rw-r-----", NEW);

    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void leavesWhatIsThereWhenWritingFails() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");

    assertThatThrownBy(
            () ->
                OutputFile.write(
                    file,
                    "rw-r--r--",
                    out -> {
                      out.write(1);
                      throw new IOException("no more");
                    }))
        .hasMessage("no more");

    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void tellsBeforehandWhetherAFileCanBeWrittenAndChangesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    OutputFile.requireWritable(file);
    OutputFile.requireWritable(folder.resolve("new"));
    OutputFile.requireWritable(Path.of("/dev/null"));

    assertThatThrownBy(() -> OutputFile.requireWritable(folder)).hasMessageContaining("directory");
    assertThatThrownBy(() -> OutputFile.requireWritable(folder.resolve("none/new")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> OutputFile.requireWritable(file.resolve("new")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> OutputFile.requireWritable(Path.of("/proc/new")))
        .isInstanceOf(IOException.class);
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("file");
  }

  /** As {@code --metadata-file /dev/stdout | jq}: the link's text, pipe:[1234], names no file. */
  @Test
  void writesToAPipeThatOnlyADescriptorLeadsTo() throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    Path link = Path.of("/proc/self/fd/" + descriptorTo(cat));

    OutputFile.requireWritable(link);
    OutputFile.write(link, "rw-r--r--", NEW);

    cat.getOutputStream().close();
    assertThat(cat.getInputStream()).hasContent("new");
  }

  /** The descriptor of ours that is the other end of a process's standard input. */
  private static int descriptorTo(Process process) throws IOException {
    Path theirs = Path.of("/proc/" + process.pid() + "/fd/0");
    String pipe = Files.readSymbolicLink(theirs).toString();
    assertThat(pipe).startsWith("pipe:");
    try (Stream<Path> ours = Files.list(Path.of("/proc/self/fd"))) {
      return ours.filter(link -> leadsTo(link, pipe))
          .mapToInt(link -> Integer.parseInt(link.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static boolean leadsTo(Path link, String text) {
    try {
      return Files.readSymbolicLink(link).toString().equals(text);
    } catch (IOException e) {
      return false; // the listing's own descriptor is closed by now
    }
  }

  @Test
  void writesToAPipeAndKeepsIt() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });

    OutputFile.write(pipe, "rw-r--r--", NEW);

    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("new");
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void writesWhereASymbolicLinkPoints() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    OutputFile.write(link, "rw-r--r--", NEW);

    assertThat(file).hasContent("new");
    assertThat(link).isSymbolicLink();
  }
}
