package dev.wadah.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wadah.build.files.EntryTree;
import dev.wadah.build.files.FileActionException;
import dev.wadah.content.DirectoryContentStore;
import dev.wadah.content.Store;
import dev.wadah.layer.FileNode;
import dev.wadah.layer.FileTree;
import dev.wadah.layer.LayerStack;
import dev.wadah.layer.LayerStore;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives of random entries, then spoilt byte by byte: as layers, as contexts, as ADD's sources.
 */
class ArchiveFuzz {
  private static final int BLOCK = 512;

  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "d",
          "d/a",
          "a/b",
          "d/d/d",
          "./",
          "..",
          "../out/x",
          "a/../../out/y",
          "/abs",
          ".wh.a",
          "d/.wh.a",
          ".wh..wh..opq",
          "a/precious",
          "x".repeat(120),
          "y/".repeat(90) + "z");

  private static final List<String> RECORDS =
      List.of(
          "path=d/long",
          "path=../out/z",
          "linkpath=../out/precious",
          "size=3",
          "size=-1",
          "uid=4294967295",
          "mtime=1.5",
          "GNU.sparse.map=0,1,5,1",
          "GNU.sparse.size=10",
          "GNU.sparse.major=1",
          "GNU.sparse.minor=0",
          "GNU.sparse.name=../out/s",
          "GNU.sparse.realsize=1000",
          "SCHILY.xattr.user.x=1",
          "SCHILY.xattr.user.y=");

  private static final byte[] TYPES =
      "00011222563470xxxxgLKSDVM".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  @Test
  void archives() throws Exception {
    Path outside = Files.createDirectory(folder.resolve("out"));
    Files.writeString(outside.resolve("precious"), "precious");
    Path file = folder.resolve("archive");
    LongRun.run(
        "archives",
        random -> {
          byte[] tar = tar(random, outside);
          spoil(tar, random);
          asLayer(tar, random);
          Files.write(file, random.nextInt(4) == 0 ? compressed(tar, random) : tar);
          asTree(file);
          assertThat(outside.toFile().list()).containsExactly("precious");
          assertThat(Files.readString(outside.resolve("precious"))).isEqualTo("precious");
        });
  }

  private static byte[] tar(Random random, Path outside) {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    for (int i = random.nextInt(8); i >= 0; i--) {
      entry(tar, random, outside);
    }
    tar.writeBytes(new byte[2 * BLOCK]);
    return tar.toByteArray();
  }

  private static void entry(ByteArrayOutputStream tar, Random random, Path outside) {
    byte type = TYPES[random.nextInt(TYPES.length)];
    byte[] content = type == 'x' || type == 'g' ? pax(random) : new byte[random.nextInt(1500)];
    if (type == '1' || type == '2' || random.nextInt(3) == 0) {
      content = new byte[0];
    }
    byte[] header = new byte[BLOCK];
    put(header, 0, 100, name(random));
    put(header, 100, 8, "%07o".formatted(random.nextInt(010000)));
    put(header, 108, 8, "0000001");
    put(header, 116, 8, "0000002");
    put(header, 124, 12, "%011o".formatted(content.length));
    put(header, 136, 12, "%011o".formatted(random.nextInt()));
    header[156] = type;
    put(header, 157, 100, random.nextBoolean() ? outside.toString() : name(random));
    put(header, 257, 8, random.nextBoolean() ? "ustar\00000" : "ustar  ");
    put(header, 329, 8, "0000001");
    put(header, 337, 8, "%07o".formatted(random.nextInt(300)));
    sum(header, 0);
    tar.writeBytes(header);
    tar.writeBytes(content);
    tar.writeBytes(new byte[-content.length & (BLOCK - 1)]);
  }

  private static void put(byte[] header, int at, int width, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, Math.min(width, bytes.length));
  }

  private static byte[] pax(Random random) {
    StringBuilder records = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      String rest = " " + RECORDS.get(random.nextInt(RECORDS.size())) + "\n";
      int length = rest.length() + (rest.length() > 97 ? 3 : rest.length() > 8 ? 2 : 1);
      records.append(length).append(rest);
    }
    return records.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String name(Random random) {
    return NAMES.get(random.nextInt(NAMES.size()));
  }

  /** Changes bytes; mostly headers are given a right check sum again, else all ends there. */
  private static void spoil(byte[] tar, Random random) {
    for (int i = random.nextInt(5); i > 0; i--) {
      int place = random.nextInt(tar.length);
      tar[place] =
          random.nextBoolean() ? (byte) random.nextInt() : (byte) ('0' + random.nextInt(8));
      if (random.nextInt(10) > 0) {
        sum(tar, place & -BLOCK);
      }
    }
  }

  private static void sum(byte[] tar, int header) {
    int sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : tar[header + i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, tar, header + 148, digits.length);
  }

  private void asLayer(byte[] tar, Random random) throws IOException {
    Path root = folder.resolve("store" + Math.floorMod(random.nextInt(), 3));
    Store store = Store.open(root);
    LayerStore layers = new LayerStore(store, new DirectoryContentStore(store));
    DiffId layer = new DiffId(Digest.of(tar));
    try {
      layers.addBlob(
          layer,
          Descriptor.of(MediaTypes.OCI_LAYER, layer.digest(), tar.length),
          blob -> new ByteArrayInputStream(tar));
      for (Path directory : layers.lowerDirectories(LayerStack.EMPTY.plus(layer))) {
        assertThat(directory).startsWith(root);
      }
      layers.delete(layer);
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static byte[] compressed(byte[] tar, Random random) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(tar);
    }
    byte[] result = bytes.toByteArray();
    if (random.nextBoolean()) {
      result[random.nextInt(result.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return result;
  }

  private static void asTree(Path file) throws IOException {
    try {
      Optional<FileTree> tree = EntryTree.ofArchive(file, "archive");
      if (tree.isPresent()) {
        walk(tree.get(), "/");
      }
    } catch (FileActionException e) {
      assertThat(e.why()).isNotBlank();
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static void walk(FileTree tree, String directory) throws IOException {
    for (String name : tree.list(directory)) {
      assertThat(name).isNotEmpty().isNotEqualTo("..").doesNotContain("/");
      String path = directory.equals("/") ? "/" + name : directory + "/" + name;
      FileNode node = tree.find(path).orElseThrow();
      if (node.isDirectory()) {
        walk(tree, path);
      } else if (node.isFile()) {
        try (InputStream in = tree.open(path)) {
          in.readNBytes(10_000);
        }
      }
    }
  }
}
