package dev.wadah.image.archive;

import dev.wadah.engine.Engine;
import dev.wadah.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes small image archives, good and bad. */
public final class Archives {
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, String> links = new LinkedHashMap<>();

  public Archives file(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  public Archives file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  public Archives link(String name, String target) {
    links.put(name, target);
    return this;
  }

  public Archives without(String name) {
    files.remove(name);
    return this;
  }

  /** The same with another beginning of every name. */
  public Archives prefixed(String prefix) {
    Archives other = new Archives();
    files.forEach((name, content) -> other.file(prefix + name, content));
    return other;
  }

  public byte[] tar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, String> link : links.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarConstants.LF_SYMLINK);
        entry.setLinkName(link.getValue());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setModTime(0);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A layer that has one file. */
  public static byte[] layer(String name, String content) throws IOException {
    return new Archives().file(name, content).tar();
  }

  public static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  public static byte[] zstd(byte[] bytes) {
    return com.github.luben.zstd.Zstd.compress(bytes);
  }

  public static String config(byte[]... layers) {
    StringBuilder diffIds = new StringBuilder();
    for (byte[] layer : layers) {
      diffIds
          .append(diffIds.length() == 0 ? "" : ",")
          .append('"')
          .append(Digest.of(layer))
          .append('"');
    }
    return "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"sh\"]},"
        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
        + diffIds
        + "]}}";
  }

  /** What docker saved before version 25: one image of these layers. */
  public static Archives docker(String names, byte[]... layers) {
    Archives archive = new Archives();
    StringBuilder files = new StringBuilder();
    for (int i = 0; i < layers.length; i++) {
      String file = "layer%d/layer.tar".formatted(i);
      archive.file(file, layers[i]);
      files.append(i == 0 ? "" : ",").append('"').append(file).append('"');
    }
    return archive
        .file("config.json", config(layers))
        .file(
            "manifest.json",
            "[{\"Config\":\"config.json\",\"RepoTags\":%s,\"Layers\":[%s]}]"
                .formatted(names, files));
  }

  /** An image of a plain layer and one packed with gzip, loaded into an engine's store. */
  public static LoadedImage loaded(Engine engine, String names, byte[] plain, byte[] packed)
      throws IOException {
    byte[] archive = docker(names, plain, packed).file("layer1/layer.tar", gzip(packed)).tar();
    return new ImageLoader(engine.content(), engine.layers(), engine.images())
        .load(new ByteArrayInputStream(archive), "test")
        .get(0);
  }
}
