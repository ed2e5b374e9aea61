package dev.wadah.build;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import dev.wadah.engine.Engine;
import dev.wadah.image.Image;
import dev.wadah.image.ImageReader;
import dev.wadah.oci.Descriptor;
import dev.wadah.oci.DiffId;
import dev.wadah.oci.Digest;
import dev.wadah.oci.ImageConfig;
import dev.wadah.oci.ImageReference;
import dev.wadah.oci.Manifest;
import dev.wadah.oci.MediaTypes;
import dev.wadah.oci.OciJson;
import dev.wadah.registry.Registry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarFile;

/** Pushes an image whose layers carry a list of their files, as the formats' documents say. */
final class SeekableBase {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SeekableBase() {}

  /** A form of layers. */
  enum Form {
    ESTARGZ,
    ZSTD_CHUNKED
  }

  /** A layer as it is pushed. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Layer(DiffId diffId, Descriptor blob, byte[] bytes) {}

  static Image push(Engine engine, Image plain, ImageReference name, Form form) throws IOException {
    List<Layer> layers = new ArrayList<>();
    for (byte[] tar : tars(engine, plain)) {
      layers.add(form == Form.ESTARGZ ? stargz(tar) : chunked(tar, list -> list));
    }
    return push(engine, plain, name, layers);
  }

  /** Lists that say that layers are empty. */
  static Image lie(Engine engine, Image plain, ImageReference name) throws IOException {
    List<Layer> layers = new ArrayList<>();
    byte[] empty = "{\"version\":1,\"entries\":[]}".getBytes(StandardCharsets.UTF_8);
    for (byte[] tar : tars(engine, plain)) {
      layers.add(chunked(tar, list -> empty));
    }
    return push(engine, plain, name, layers);
  }

  /** Lists with a fault. */
  static Image broken(Engine engine, Image plain, ImageReference name, String fault)
      throws IOException {
    List<Layer> layers = new ArrayList<>();
    for (byte[] tar : tars(engine, plain)) {
      Layer layer =
          chunked(
              tar,
              list ->
                  switch (fault) {
                    case "cut" -> Arrays.copyOf(list, list.length / 2);
                    case "no json" -> new byte[100];
                    case "strange type" ->
                        new String(list, StandardCharsets.UTF_8)
                            .replace("\"reg\"", "\"odd\"")
                            .getBytes(StandardCharsets.UTF_8);
                    default -> list;
                  });
      Map<String, String> annotations = new LinkedHashMap<>(layer.blob.annotations());
      String prefix = "io.github.containers.zstd-chunked.manifest-";
      switch (fault) {
        case "wrong digest" ->
            annotations.put(prefix + "checksum", Digest.of(new byte[1]).toString());
        case "position" -> annotations.put(prefix + "position", "99999999999:5:5:1");
        case "checksum" -> annotations.put(prefix + "checksum", "none");
        default -> {}
      }
      layers.add(new Layer(layer.diffId, layer.blob.withAnnotations(annotations), layer.bytes));
    }
    return push(engine, plain, name, layers);
  }

  private static List<byte[]> tars(Engine engine, Image plain) throws IOException {
    List<byte[]> tars = new ArrayList<>();
    for (DiffId diffId : plain.config().diffIds()) {
      tars.add(engine.layers().openTar(diffId).readAllBytes());
    }
    return tars;
  }

  private static Image push(Engine engine, Image plain, ImageReference name, List<Layer> layers)
      throws IOException {
    for (Layer layer : layers) {
      engine
          .registry()
          .pushBlob(
              name, layer.blob, Optional.empty(), () -> new ByteArrayInputStream(layer.bytes));
    }
    ImageConfig old = plain.config();
    byte[] config =
        OciJson.write(
            new ImageConfig(
                old.platform(),
                old.created(),
                old.author(),
                old.container(),
                layers.stream().map(Layer::diffId).toList(),
                old.history()));
    Descriptor described = Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(config), config.length);
    engine
        .registry()
        .pushBlob(name, described, Optional.empty(), () -> new ByteArrayInputStream(config));
    Manifest manifest =
        new Manifest(
            MediaTypes.OCI_MANIFEST,
            described,
            layers.stream().map(Layer::blob).toList(),
            Map.of(),
            Optional.empty(),
            Optional.empty());
    byte[] bytes = OciJson.write(manifest);
    Descriptor pushed =
        engine.registry().pushManifest(name, new Registry.Document(MediaTypes.OCI_MANIFEST, bytes));
    return ImageReader.assemble(pushed, manifest, bytes, config);
  }

  /** Each content in a part of its own, and what is between contents. */
  private static List<byte[]> split(byte[] tar, TarFile file) {
    List<byte[]> parts = new ArrayList<>();
    int at = 0;
    for (TarArchiveEntry entry : file.getEntries()) {
      if (entry.isFile() && entry.getSize() > 0) {
        int data = (int) entry.getDataOffset();
        parts.add(Arrays.copyOfRange(tar, at, data));
        at = data + (int) entry.getSize();
        parts.add(Arrays.copyOfRange(tar, data, at));
      }
    }
    parts.add(Arrays.copyOfRange(tar, at, tar.length));
    return parts;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static Layer stargz(byte[] canonical) throws IOException {
    byte[] tar = withoutEnd(canonical);
    TarFile file = new TarFile(canonical);
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    List<Long> offsets = new ArrayList<>();
    for (byte[] part : split(tar, file)) {
      offsets.add((long) blob.size());
      blob.writeBytes(gzip(part));
    }
    long listAt = blob.size();
    byte[] list = list(file, tar, offsets, false);
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(rest)) {
      TarArchiveEntry entry = new TarArchiveEntry("stargz.index.json");
      entry.setMode(0);
      entry.setModTime(0);
      entry.setSize(list.length);
      out.putArchiveEntry(entry);
      out.write(list);
      out.closeArchiveEntry();
    }
    blob.writeBytes(gzip(rest.toByteArray()));
    blob.writeBytes(footer(listAt));
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(tar);
    whole.writeBytes(rest.toByteArray());
    byte[] bytes = blob.toByteArray();
    return new Layer(
        new DiffId(Digest.of(whole.toByteArray())),
        Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(bytes), bytes.length)
            .withAnnotations(
                Map.of("containerd.io/snapshot/stargz/toc.digest", Digest.of(list).toString())),
        bytes);
  }

  /** The entries alone: the archive ends behind the list. */
  private static byte[] withoutEnd(byte[] tar) {
    int end = tar.length;
    while (end >= 512 && isZero(tar, end - 512)) {
      end -= 512;
    }
    return Arrays.copyOf(tar, end);
  }

  private static boolean isZero(byte[] tar, int at) {
    for (int i = at; i < at + 512; i++) {
      if (tar[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] footer(long offset) {
    ByteBuffer footer = ByteBuffer.allocate(51).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(new byte[] {0x1F, (byte) 0x8B, 8, 4, 0, 0, 0, 0, 0, (byte) 0xFF});
    footer.putShort((short) 26).put((byte) 'S').put((byte) 'G').putShort((short) 22);
    footer.put("%016xSTARGZ".formatted(offset).getBytes(StandardCharsets.US_ASCII));
    footer.put(new byte[] {1, 0, 0, (byte) 0xFF, (byte) 0xFF}).putLong(0);
    return footer.array();
  }

  private static Layer chunked(byte[] tar, UnaryOperator<byte[]> change) throws IOException {
    TarFile file = new TarFile(tar);
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    List<Long> offsets = new ArrayList<>();
    for (byte[] part : split(tar, file)) {
      offsets.add((long) blob.size());
      blob.writeBytes(Zstd.compress(part));
    }
    offsets.add((long) blob.size());
    byte[] json = change.apply(list(file, tar, offsets, true));
    byte[] list = Zstd.compress(json);
    long listAt = blob.size() + 8L;
    skippable(blob, list);
    ByteBuffer footer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    footer.putLong(listAt).putLong(list.length).putLong(json.length).putLong(1);
    footer.position(56).put("GNUlInUx".getBytes(StandardCharsets.US_ASCII));
    skippable(blob, footer.array());
    byte[] bytes = blob.toByteArray();
    String prefix = "io.github.containers.zstd-chunked.manifest-";
    return new Layer(
        new DiffId(Digest.of(tar)),
        Descriptor.of(MediaTypes.OCI_LAYER_ZSTD, Digest.of(bytes), bytes.length)
            .withAnnotations(
                Map.of(
                    prefix + "position",
                    "%d:%d:%d:1".formatted(listAt, list.length, json.length),
                    prefix + "checksum",
                    Digest.of(list).toString())),
        bytes);
  }

  private static void skippable(ByteArrayOutputStream out, byte[] bytes) {
    ByteBuffer head = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    out.writeBytes(head.putInt(0x184D2A50).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }

  private static byte[] list(TarFile file, byte[] tar, List<Long> offsets, boolean ends)
      throws IOException {
    List<Map<String, Object>> entries = new ArrayList<>();
    int part = 1;
    for (TarArchiveEntry entry : file.getEntries()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      boolean isFile = entry.isFile() && !entry.isLink() && !entry.isSymbolicLink();
      fields.put(
          "type",
          entry.isDirectory()
              ? "dir"
              : entry.isSymbolicLink() ? "symlink" : entry.isLink() ? "hardlink" : "reg");
      fields.put("name", entry.getName());
      fields.put("linkName", entry.getLinkName());
      fields.put("mode", entry.getMode() | (entry.isDirectory() ? 040000 : 0100000));
      fields.put("uid", entry.getLongUserId());
      fields.put("gid", entry.getLongGroupId());
      fields.put("modtime", entry.getLastModifiedTime().toInstant().toString());
      if (isFile && entry.getSize() > 0) {
        int data = (int) entry.getDataOffset();
        byte[] content = Arrays.copyOfRange(tar, data, data + (int) entry.getSize());
        fields.put("size", entry.getSize());
        fields.put("digest", Digest.of(content).toString());
        fields.put("offset", offsets.get(part));
        if (ends) {
          fields.put("endOffset", offsets.get(part + 1));
        }
        part += 2;
      }
      entries.add(fields);
    }
    return JSON.writeValueAsBytes(Map.of("version", 1, "entries", entries));
  }
}
