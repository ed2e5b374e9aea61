package dev.wadah.layer.toc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wadah.layer.Compression;
import dev.wadah.layer.tar.TarEntry;
import dev.wadah.layer.tar.TarEntry.Kind;
import dev.wadah.layer.tar.TarReader;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is taken apart again as the documents of the two formats say. */
class SeekableFormsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHUNKED = "io.github.containers.zstd-chunked.";

  @TempDir Path temp;
  private SampleTars samples;

  @BeforeEach
  void prepare() {
    samples = new SampleTars(temp.resolve("source"));
  }

  private WrittenLayer write(byte[] tar, SeekableForm form, int processors) throws IOException {
    return WrittenLayer.write(temp.resolve("scratch"), tar, form, processors);
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
    WrittenLayer blob = write(SampleTars.everything(), SeekableForm.ESTARGZ, 2);
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
    for (Map.Entry<String, byte[]> tar : samples.tars().entrySet()) {
      WrittenLayer blob = write(tar.getValue(), SeekableForm.ZSTD_CHUNKED, 2);
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

  private static Map<String, byte[]> files(WrittenLayer blob, JsonNode entries) throws IOException {
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
}
