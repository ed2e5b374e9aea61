package dev.wadah.layer.toc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.layer.Compression;
import dev.wadah.layer.IndexBuilder;
import dev.wadah.layer.Listings.Listing;
import dev.wadah.layer.tar.TarBlocks;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.posix.Posix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is taken apart again as the documents of the two formats say. */
class SeekableWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHUNKED = "io.github.containers.zstd-chunked.";

  @TempDir Path temp;

  /** A layer as it was written. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Blob(byte[] bytes, SeekableWriter.Written written, Descriptor descriptor) {
    byte[] part(long offset, long length) {
      return Arrays.copyOfRange(bytes, (int) offset, (int) (offset + length));
    }

    byte[] tar() throws IOException {
      try (InputStream in = Compression.decompress(new ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      }
    }
  }

  private Blob write(byte[] tar, SeekableForm form, int processors) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SeekableWriter.Written written =
        new SeekableWriter(temp.resolve("scratch"))
            .write(new ByteArrayInputStream(tar), out, form, 3, processors);
    assertThat(temp.resolve("scratch")).isEmptyDirectory();
    byte[] bytes = out.toByteArray();
    String type =
        form == SeekableForm.ESTARGZ ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER_ZSTD;
    return new Blob(
        bytes,
        written,
        Descriptor.of(type, Digest.of(bytes), bytes.length).withAnnotations(written.annotations()));
  }

  /** A tar in the form of our own layers, made entry by entry. */
  private static final class OwnTar {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TarBlocks blocks = new TarBlocks();
    private final Random random = new Random(7);

    OwnTar put(Kind kind, String name, String link, byte[] content, TarEntry.Extras extras) {
      blocks.entry(
          new TarEntry(
              kind,
              name,
              link,
              kind == Kind.DIRECTORY ? 01777 : 04750,
              new TarEntry.Owner(-3, 70_000_000),
              content.length,
              kind == Kind.FIFO ? 0 : -1_234_567_000_000_000L,
              extras));
      out.write(blocks.bytes(), 0, blocks.length());
      out.writeBytes(content);
      out.writeBytes(new byte[TarBlocks.padding(content.length)]);
      return this;
    }

    OwnTar put(Kind kind, String name, String link) {
      return put(kind, name, link, new byte[0], TarEntry.Extras.NONE);
    }

    OwnTar file(String name, byte[] content) {
      return put(Kind.FILE, name, "", content, TarEntry.Extras.NONE);
    }

    OwnTar file(String name, int length) {
      byte[] content = new byte[length];
      random.nextBytes(content);
      Arrays.fill(content, 0, length / 16 * 15, (byte) 'x');
      return file(name, content);
    }

    byte[] end() {
      out.writeBytes(new byte[TarBlocks.END_BYTES]);
      return out.toByteArray();
    }
  }

  private static byte[] everything() {
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

  /** Empty, one file, everything; and what GNU tar makes in its formats. */
  private Map<String, byte[]> tars() throws Exception {
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

  private byte[] gnuTar(String... options) throws Exception {
    Path source = temp.resolve("source");
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

  private static byte[] index(byte[] tar) throws IOException {
    IndexBuilder index = new IndexBuilder();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        Optional<String> wanted = index.add(entry);
        if (wanted.isPresent()) {
          index.keep(wanted.get(), reader.content().readAllBytes());
        }
      }
    }
    return index.build().orElseThrow().toBytes();
  }

  @ParameterizedTest
  @EnumSource
  void writesWhatItsOwnReaderTakesForTheSameLayer(SeekableForm form) throws Exception {
    for (Map.Entry<String, byte[]> tar : tars().entrySet()) {
      Blob blob = write(tar.getValue(), form, 2);
      assertThat(SeekableLayers.form(blob.descriptor())).as(tar.getKey()).contains(form);
      Listing listing = SeekableLayers.listing(blob.descriptor(), blob::part).orElseThrow();
      assertThat(listing.read().toBytes()).as(tar.getKey()).isEqualTo(index(blob.tar()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void dependsOnTheTarAndTheLevelOnly(SeekableForm form) throws Exception {
    byte[] tar = everything();
    byte[] one = write(tar, form, 1).bytes();
    assertThat(write(tar, form, 2).bytes()).isEqualTo(one);
    assertThat(write(tar, form, 7).bytes()).isEqualTo(one);
  }

  @Test
  void keepsTheTarInZstdChunkedLayers() throws Exception {
    for (Map.Entry<String, byte[]> tar : tars().entrySet()) {
      Blob blob = write(tar.getValue(), SeekableForm.ZSTD_CHUNKED, 2);
      assertThat(blob.tar()).as(tar.getKey()).isEqualTo(tar.getValue());
      assertThat(blob.written().diffId()).isEmpty();
    }
  }

  @Test
  void addsAMarkAndTheListToTheTarOfEstargzLayers() throws Exception {
    for (Map.Entry<String, byte[]> tar : tars().entrySet()) {
      Blob blob = write(tar.getValue(), SeekableForm.ESTARGZ, 2);
      byte[] written = blob.tar();
      assertThat(blob.written().diffId()).contains(new DiffId(Digest.of(written)));
      assertThat(blob.written().annotations())
          .containsEntry("io.containers.estargz.uncompressed-size", "" + written.length);
      List<String> names = new ArrayList<>();
      names.add(".no.prefetch.landmark");
      names.addAll(names(tar.getValue()));
      names.add("stargz.index.json");
      assertThat(names(written)).as(tar.getKey()).isEqualTo(names);
      // the same once more: what an earlier conversion added is not there twice
      assertThat(names(write(written, SeekableForm.ESTARGZ, 2).tar())).isEqualTo(names);
    }
  }

  private static List<String> names(byte[] tar) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        names.add(entry.name());
      }
    }
    return names;
  }

  private static Map<String, byte[]> contents(byte[] tar) throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    try (TarReader reader = new TarReader(new ByteArrayInputStream(tar))) {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        if (entry.kind() == Kind.FILE) {
          contents.put(entry.name(), reader.content().readAllBytes());
        }
      }
    }
    return contents;
  }

  /** stargz-snapshotter, estargz.md "Content Verification in eStargz". */
  @Test
  void writesEstargzOfWhichEveryChunkCanBeVerified() throws Exception {
    Blob blob = write(everything(), SeekableForm.ESTARGZ, 2);
    int size = blob.bytes().length;
    byte[] footer = blob.part(size - 51, 51);
    assertThat(Arrays.copyOf(footer, 4)).containsExactly(0x1f, 0x8b, 8, 4);
    assertThat(Arrays.copyOfRange(footer, 10, 16)).containsExactly(26, 0, 'S', 'G', 22, 0);
    String field = new String(footer, 16, 22, StandardCharsets.US_ASCII);
    assertThat(field).matches("[0-9a-f]{16}STARGZ");
    assertThat(Arrays.copyOfRange(footer, 38, 51))
        .containsExactly(1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0);
    int at = Integer.parseInt(field.substring(0, 16), 16);
    byte[] list = contents(inflated(blob.part(at, size - 51L - at))).get("stargz.index.json");
    assertThat(blob.descriptor().annotations())
        .containsEntry("containerd.io/snapshot/stargz/toc.digest", Digest.of(list).toString());
    JsonNode entries = JSON.readTree(list).get("entries");
    Map<String, byte[]> contents = contents(blob.tar());
    assertThat(contents.get(".no.prefetch.landmark")).containsExactly(0xf);
    Map<String, ByteArrayOutputStream> files = new HashMap<>();
    for (JsonNode entry : entries) {
      boolean chunk = entry.get("type").asText().equals("chunk");
      long chunkSize = entry.path("chunkSize").asLong();
      if (!chunk && entry.path("size").asLong() == 0) {
        assertThat(entry.has("offset")).isFalse();
        continue;
      }
      String name = entry.get("name").asText();
      ByteArrayOutputStream file = files.computeIfAbsent(name, n -> new ByteArrayOutputStream());
      assertThat(entry.path("chunkOffset").asInt()).isEqualTo(file.size());
      long length = chunkSize == 0 ? contents.get(name).length - (long) file.size() : chunkSize;
      assertThat(length).isBetween(1L, (long) SeekableWriter.CHUNK_BYTES);
      long offset = entry.get("offset").asLong();
      InputStream rest = new ByteArrayInputStream(blob.part(offset, at - offset));
      byte[] content = Compression.GZIP.open(rest).readNBytes((int) length);
      assertThat(entry.get("chunkDigest").asText()).isEqualTo(Digest.of(content).toString());
      if (!chunk) {
        assertThat(entry.get("digest").asText())
            .isEqualTo(Digest.of(contents.get(name)).toString());
      }
      file.writeBytes(content);
    }
    contents.remove("stargz.index.json");
    contents.values().removeIf(content -> content.length == 0);
    assertThat(files.keySet()).isEqualTo(contents.keySet());
    files.forEach((name, file) -> assertThat(file.toByteArray()).isEqualTo(contents.get(name)));
  }

  private static byte[] inflated(byte[] gzip) throws IOException {
    return Compression.GZIP.open(new ByteArrayInputStream(gzip)).readAllBytes();
  }

  /** A file's frames give its content and nothing else; tar-split and files give the tar. */
  @Test
  void writesZstdChunkedOfWhoseFilesTheTarCanBeMadeAgain() throws Exception {
    for (Map.Entry<String, byte[]> tar : tars().entrySet()) {
      Blob blob = write(tar.getValue(), SeekableForm.ZSTD_CHUNKED, 2);
      Map<String, String> annotations = blob.descriptor().annotations();
      long[] list = numbers(annotations.get(CHUNKED + "manifest-position"));
      long[] split = numbers(annotations.get(CHUNKED + "tarsplit-position"));
      byte[] stored = blob.part(list[0], list[1]);
      assertThat(annotations)
          .containsEntry(CHUNKED + "manifest-checksum", Digest.of(stored).toString());
      byte[] json = zstd(stored);
      assertThat(json).hasSize((int) list[2]);
      JsonNode document = JSON.readTree(json);
      byte[] storedSplit = blob.part(split[0], split[1]);
      assertThat(document.get("tarSplitDigest").asText())
          .isEqualTo(Digest.of(storedSplit).toString());
      byte[] plainSplit = zstd(storedSplit);
      assertThat(plainSplit).hasSize((int) split[2]);
      Map<String, byte[]> files = files(blob, document.get("entries"));
      assertThat(joined(plainSplit, files)).as(tar.getKey()).isEqualTo(tar.getValue());
      // the place of both stands in the blob, too, in a frame of 64 bytes at its end
      byte[] footer = blob.part(blob.bytes().length - 72L, 72);
      ByteBuffer numbers = ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(numbers.getInt()).isEqualTo(0x184D2A50);
      assertThat(numbers.getInt()).isEqualTo(64);
      for (long number :
          Arrays.asList(list[0], list[1], list[2], 1L, split[0], split[1], split[2])) {
        assertThat(numbers.getLong()).isEqualTo(number);
      }
      assertThat(new String(footer, 64, 8, StandardCharsets.US_ASCII)).isEqualTo("GNUlInUx");
    }
  }

  private static long[] numbers(String text) {
    return Stream.of(text.split(":")).mapToLong(Long::parseLong).toArray();
  }

  private static byte[] zstd(byte[] bytes) throws IOException {
    return Compression.ZSTD.open(new ByteArrayInputStream(bytes)).readAllBytes();
  }

  private static Map<String, byte[]> files(Blob blob, JsonNode entries) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      JsonNode entry = entries.get(i);
      if (!entry.get("type").asText().equals("reg") || entry.path("size").asLong() == 0) {
        continue;
      }
      long offset = entry.get("offset").asLong();
      long end = entry.get("endOffset").asLong();
      byte[] content = zstd(blob.part(offset, end - offset));
      assertThat(content).hasSize(entry.get("size").asInt());
      assertThat(entry.get("digest").asText()).isEqualTo(Digest.of(content).toString());
      files.put(entry.get("name").asText(), content);
      boolean single = i + 1 == entries.size() || !isChunk(entries.get(i + 1));
      int at = 0;
      for (int k = i; !single && k < entries.size() && (k == i || isChunk(entries.get(k))); k++) {
        JsonNode chunk = entries.get(k);
        int length = chunk.get("chunkSize").asInt();
        assertThat(chunk.path("chunkOffset").asInt()).isEqualTo(at);
        byte[] piece = Arrays.copyOfRange(content, at, at + length);
        assertThat(chunk.get("chunkDigest").asText()).isEqualTo(Digest.of(piece).toString());
        byte[] alone = blob.part(chunk.get("offset").asLong(), end - chunk.get("offset").asLong());
        assertThat(Compression.ZSTD.open(new ByteArrayInputStream(alone)).readNBytes(length))
            .isEqualTo(piece);
        at += length;
      }
      assertThat(at).isEqualTo(single ? 0 : content.length);
    }
    return files;
  }

  private static boolean isChunk(JsonNode entry) {
    return entry.get("type").asText().equals("chunk");
  }

  /** As tar-split's assembler does it, with the check sums that it compares. */
  private static byte[] joined(byte[] split, Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    long position = 0;
    try (MappingIterator<JsonNode> lines = JSON.readerFor(JsonNode.class).readValues(split)) {
      while (lines.hasNext()) {
        JsonNode line = lines.next();
        assertThat(line.get("position").asLong()).isEqualTo(position++);
        if (line.get("type").asInt() == 2) {
          tar.writeBytes(line.get("payload").binaryValue());
        } else if (line.has("size")) {
          byte[] content = files.get(line.get("name").asText());
          assertThat(content).hasSize(line.get("size").asInt());
          assertThat(line.get("payload").binaryValue()).isEqualTo(slowSum(content));
          tar.writeBytes(content);
        } else {
          assertThat(line.get("payload").isNull()).isTrue();
        }
      }
    }
    return tar.toByteArray();
  }

  /** CRC-64 of ISO 3309, bit by bit. */
  private static byte[] slowSum(byte[] bytes) {
    long crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xFF;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ 0xD800000000000000L;
      }
    }
    return ByteBuffer.allocate(8).putLong(~crc).array();
  }

  @Test
  void knowsThePublishedSums() {
    Crc64 sum = new Crc64();
    sum.update("a".getBytes(StandardCharsets.US_ASCII), 0, 1);
    assertThat(sum.bytes()).containsExactly(0x34, 0x20, 0, 0, 0, 0, 0, 0);
    sum = new Crc64();
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    sum.update(digits, 0, digits.length);
    assertThat(sum.bytes()).isEqualTo(HexFormat.of().parseHex("b90956c775a41001"));
  }

  private byte[] odd(String what) throws Exception {
    OwnTar tar = new OwnTar().file("first", 10);
    switch (what) {
      case "is there twice" -> tar.file("a/b", 5).file("./a//b", 5);
      case "is not UTF-8" -> tar.file("bad\uDCFF", 5);
      case "has a sparse file" -> {
        gnuTar();
        try (var sparse = new RandomAccessFile(temp.resolve("source/sparse").toFile(), "rw")) {
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "is there twice",
        "is not UTF-8",
        "has a sparse file",
        "has the type 'S'",
        "has a header of the type 'g'",
        "has the type '7'",
        "has fields that its type does not have"
      })
  void refusesWhatNoListCanSay(String what) throws Exception {
    byte[] tar = odd(what);
    for (SeekableForm form : SeekableForm.values()) {
      assertThatThrownBy(() -> write(tar, form, 2))
          .isInstanceOf(UnlistedLayerException.class)
          .hasMessageEndingWith(what);
      assertThat(temp.resolve("scratch")).isEmptyDirectory();
    }
  }

  @Test
  void refusesATarThatGoesOnBehindItsEndWhereThatIsKept() throws Exception {
    byte[] tar = new OwnTar().file("f", 5).end();
    byte[] longer = Arrays.copyOf(tar, tar.length + 512);
    longer[tar.length] = 1;
    assertThatThrownBy(() -> write(longer, SeekableForm.ZSTD_CHUNKED, 2))
        .isInstanceOf(UnlistedLayerException.class);
    assertThat(names(write(longer, SeekableForm.ESTARGZ, 2).tar())).contains("f");
  }

  @ParameterizedTest
  @EnumSource
  void stopsWhenItsThreadIsInterrupted(SeekableForm form) {
    byte[] tar = everything();
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                new SeekableWriter(temp.resolve("scratch"))
                    .write(new ByteArrayInputStream(tar), OutputStream.nullOutputStream(), form, 3))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
