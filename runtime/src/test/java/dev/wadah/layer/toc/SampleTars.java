package dev.wadah.layer.toc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import dev.wadah.posix.Posix;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Layers of every kind, and some that are nothing for a list of files. */
final class SampleTars {
  private final Path source;

  /**
   * Tars that are made of files, too.
   *
   * @param source a folder for these, which may be missing
   */
  SampleTars(Path source) {
    this.source = source;
  }

  /** Empty, one file, everything; and what GNU tar makes in its formats. */
  Map<String, byte[]> tars() throws Exception {
    Map<String, byte[]> tars = new HashMap<>();
    tars.put("empty", new byte[TarBlocks.END_BYTES]);
    tars.put("one file", new OwnTar().file("f", 5).end());
    tars.put("directories only", new OwnTar().put(Kind.DIRECTORY, "a/", "").end());
    tars.put("everything", everything());
    for (String format : List.of("gnu", "posix", "ustar", "v7")) {
      tars.put(format, gnuTar("--format=" + format));
    }
    byte[] whole = gnuTar("--format=gnu");
    int end = whole.length;
    while (whole[end - 1] == 0) {
      end--;
    }
    tars.put("without an end", Arrays.copyOf(whole, (end + 511) / 512 * 512));
    return tars;
  }

  /** Entries of every kind, long names, and files around the size of a chunk. */
  static byte[] everything() {
    OwnTar tar = new OwnTar();
    Map<String, byte[]> xattrs =
        Map.of("user.a\u00fc", new byte[] {0, 1, -1}, "security.capability", new byte[20]);
    tar.put(Kind.DIRECTORY, "d/", "");
    tar.file("d/empty", 0).file("d/one", 1).file("d/block", 512).file("d/" + "n".repeat(150), 513);
    tar.put(
        Kind.FILE, "d/\u00fc\uD83D\uDE00", "", new byte[] {9}, new TarEntry.Extras(0, 0, xattrs));
    tar.put(Kind.HARD_LINK, "d/same", "d/one").put(Kind.SYMLINK, "d/soft", "../\"quoted\"\n");
    tar.put(Kind.CHARACTER_DEVICE, "dev", "", new byte[0], new TarEntry.Extras(1, 3, Map.of()));
    tar.put(Kind.BLOCK_DEVICE, "disk", "", new byte[0], new TarEntry.Extras(8, 1, Map.of()));
    tar.put(Kind.DIRECTORY, "etc/", "")
        .file("etc/group", "g:x:9:\n".getBytes(StandardCharsets.UTF_8));
    tar.file("etc/passwd", "u:x:7:9::/:/bin/sh\n".getBytes(StandardCharsets.UTF_8));
    tar.put(Kind.FIFO, "fifo", "");
    tar.file("large/exact", SeekableWriter.CHUNK_BYTES);
    tar.file("large/more", SeekableWriter.CHUNK_BYTES + 1);
    tar.file("large/three", 2 * SeekableWriter.CHUNK_BYTES + 12_345);
    for (int i = 0; i < 6_000; i++) {
      tar.file("many/%04d".formatted(i), i % 3 == 0 ? 0 : i % 100);
    }
    for (int i = 0; i < 5_000; i++) { // more headers in a row than one part takes
      tar.put(Kind.DIRECTORY, "none/%04d/".formatted(i), "");
    }
    return tar.file("zero", 700).end();
  }

  private byte[] gnuTar(String... options) throws Exception {
    if (!Files.exists(source)) {
      Files.createDirectories(source.resolve("d"));
      Files.writeString(source.resolve("d/small"), "small");
      Files.writeString(source.resolve("d/large"), "lorem ipsum ".repeat(30_001));
      Files.writeString(source.resolve("empty"), "");
      Posix.link(Posix.CWD, source + "/d/small", Posix.CWD, source + "/linked");
      Posix.symlink("d/small", Posix.CWD, source + "/soft");
    }
    List<String> command = new ArrayList<>(List.of("tar", "-C", source.toString(), "-cf", "-"));
    command.addAll(List.of(options));
    command.add(".");
    Process process = new ProcessBuilder(command).start();
    byte[] bytes = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return bytes;
  }

  /** A tar of which a list cannot be made, by what the message says of it. */
  byte[] odd(String what) throws Exception {
    OwnTar tar = new OwnTar().file("first", 10);
    switch (what) {
      case "is there twice" -> tar.file("a/b", 5).file("./a//b", 5);
      case "is not UTF-8" -> tar.file("bad\uDCFF", 5);
      case "has a sparse file" -> {
        gnuTar();
        try (var sparse = new RandomAccessFile(source.resolve("sparse").toFile(), "rw")) {
          sparse.setLength(1 << 20);
          sparse.write(1);
        }
        return gnuTar("--sparse", "--format=posix");
      }
      case "has the type 'S'" -> {
        odd("has a sparse file");
        return gnuTar("--sparse", "--format=gnu");
      }
      case "has a header of the type 'g'" -> {
        gnuTar();
        return gnuTar("--format=posix", "--pax-option=globexthdr.name=g,comment=hello");
      }
      case "has the type '7'" -> {
        byte[] bytes = new OwnTar().file("f", 5).end();
        patch(bytes, bytes.length - 2048, 156, '7');
        return bytes;
      }
      case "has fields that its type does not have" -> {
        byte[] bytes = new OwnTar().put(Kind.DIRECTORY, "d/", "").end();
        patch(bytes, bytes.length - 1536, 157, 'x');
        return bytes;
      }
      default -> throw new IllegalArgumentException(what);
    }
    return tar.end();
  }

  /** Changes a byte of the header that begins there. */
  private static void patch(byte[] tar, int header, int at, char value) {
    tar[header + at] = (byte) value;
    Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[header + i] & 0xFF;
    }
    byte[] text = "%06o\0".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, tar, header + 148, text.length);
  }
}
